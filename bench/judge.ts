import { readFileSync } from 'node:fs'
import { Bench } from 'tinybench'
import { collectorOutput } from '../local/collector-output.ts'
import { decodeCollectorOutput } from '../shared/evidence/envelope.ts'
import { type Evidence, evidenceSchema } from '../shared/evidence/evidence.ts'
import { fingerprint } from '../shared/evidence/fingerprint.ts'
import { judge } from '../shared/rules/judge.ts'
import { loadRules } from '../shared/rules/load.ts'

/** Figures of one run on one core; compare the rows of one run, never two runs on two machines. */
const sample = (name: string): Evidence =>
  evidenceSchema.parse(
    JSON.parse(readFileSync(new URL(`../samples/nodes/${name}.json`, import.meta.url), 'utf8')),
  )

const rules = loadRules()
const bench = new Bench({ time: 1_000, warmupTime: 300 })
for (const name of ['kubeadm', 'kops', 'rke2', 'openshift4']) {
  const evidence = sample(name)
  const output = collectorOutput(evidence)
  bench.add(`judge ${name}`, () => judge(evidence, rules))
  bench.add(`fingerprint ${name}`, () => fingerprint(evidence))
  bench.add(`decode and judge ${name}`, () => judge(decodeCollectorOutput(output), rules))
}
await bench.run()

const base = bench.tasks[0]?.result
const perSecond = (result: typeof base): number =>
  result && 'throughput' in result ? result.throughput.mean : 0
console.log(
  `evidence per second and core (${rules.length} rule${rules.length === 1 ? '' : 's'}, node ${process.version})`,
)
console.table(
  Object.fromEntries(
    bench.tasks.map(({ name, result }) => [
      name,
      {
        'per second': Math.round(perSecond(result)),
        'of the first': (perSecond(result) / perSecond(base)).toFixed(2),
      },
    ]),
  ),
)
