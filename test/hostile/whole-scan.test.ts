import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { fleetScanner } from '../cli/command.ts'
import { instanceId } from '../local/fleet-of.ts'
import { HOSTILE } from './outputs.ts'
import { problemsOf } from './problems.ts'

/** A fleet file is read as a whole: what floods has its own test. */
const MOST_CHARACTERS = 300_000

test('a scan of a hostile fleet ends, and nothing that it stores, prints, publishes or logs acts on a reader', {
  timeout: 240_000,
}, async () => {
  const folder = await mkdtemp(join(tmpdir(), 'fleet-scanner-hostile-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  const instances = HOSTILE.flatMap(({ text, cluster }, n) => {
    const prints = text()
    if (prints.length > MOST_CHARACTERS) return []
    return [{ id: instanceId(n + 1), prints, tags: { cluster: cluster?.slice(0, 256) ?? 'harbour' } }]
  })
  expect(instances.length).toBeGreaterThanOrEqual(50)
  const fleet = join(folder, 'fleet.yaml')
  await writeFile(fleet, JSON.stringify({ instances }))

  const run = (...args: string[]) =>
    fleetScanner([...args, '--local', '--data', join(folder, 'data')], {
      env: { POWERTOOLS_LOG_LEVEL: 'DEBUG' },
    })
  const scan = await run('scan', '--fleet', fleet)
  expect(scan.code, scan.stderr.slice(-500)).toBe(1)
  const texts: Record<string, string> = { scan: scan.stdout, 'messages of scan': scan.stderr }
  for (const command of ['findings', 'history', 'scans'])
    for (const format of ['table', 'json', 'jsonl']) {
      const { stdout, stderr } = await run(command, '--format', format)
      texts[`${command} as ${format}${format === 'table' ? '' : ' JSON'}`] = stdout
      texts[`messages of ${command} as ${format}`] = stderr
    }
  for (const format of ['html', 'csv', 'markdown']) {
    const { stdout, stderr } = await run('report', '--format', format)
    expect(stdout, stderr).not.toBe('')
    texts[`report as ${format}`] = stdout.replaceAll('\r\n', '\n')
    texts[`messages of report as ${format}`] = stderr
  }
  expect(problemsOf(texts)).toEqual([])

  const findings: { instanceId: string; ruleId: string; status: string }[] = (
    texts['findings as jsonl JSON'] ?? ''
  )
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
  const ofRule = findings.filter(({ ruleId }) => ruleId === 'etcd-auto-tls-disabled')
  expect(ofRule.map((each) => each.instanceId).sort()).toEqual(instances.map(({ id }) => id).sort())
  const mayPass = HOSTILE.flatMap((each, n) => (each.mayPass ? [instanceId(n + 1)] : []))
  expect(ofRule.filter((each) => each.status === 'PASS').map((each) => each.instanceId)).toEqual(mayPass)
})
