import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { getHeapStatistics } from 'node:v8'
import { stringify } from 'yaml'
import { startAccount } from '../local/account.ts'
import { loadFleet } from '../local/fleet.ts'

/**
 * Scans of a large fleet of recorded nodes in the embedded account: how long, and in how much memory. DynamoDB, Systems
 * Manager and the durable engine run in this one process too: most of the time is theirs.
 */
const INSTANCES = Number(process.argv[2] ?? 10_000)
const ACCOUNTS = ['111122223333', '222233334444', '333344445555', '444455556666']
const REGIONS = ['eu-west-1', 'us-east-1']
const NODES = join(import.meta.dirname, '../samples/nodes')

const fleetText = (recordings: string[]): string =>
  stringify({
    instances: Array.from({ length: INSTANCES }, (_, n) => ({
      id: `i-${n.toString(16).padStart(17, '0')}`,
      account: ACCOUNTS[n % ACCOUNTS.length],
      region: REGIONS[Math.floor(n / ACCOUNTS.length) % REGIONS.length],
      tags: { Name: `node-${n}`, cluster: `cluster-${Math.floor(n / 3)}` },
      recording: join(NODES, recordings[n % recordings.length] ?? ''),
    })),
  })

/** Times a part and prints its line at once: the whole takes minutes. */
const timed = async <T>(name: string, work: () => Promise<T>): Promise<T> => {
  const start = performance.now()
  const result = await work()
  const seconds = (performance.now() - start) / 1000
  const speed = Math.round(INSTANCES / seconds)
  const peak = Math.round(process.resourceUsage().maxRSS / 1024)
  console.log(`${name}: ${seconds.toFixed(1)} s, ${speed} instances per second, peak RSS so far ${peak} MB`)
  return result
}

console.log(
  `${INSTANCES} recorded instances over ${ACCOUNTS.length * REGIONS.length} accounts and regions (node ${process.version}, heap limit ${Math.round(getHeapStatistics().heap_size_limit / 2 ** 20)} MB)`,
)
const folder = await mkdtemp(join(tmpdir(), 'fleet-scanner-bench-'))
const file = join(folder, 'fleet.yaml')
await writeFile(file, fleetText((await readdir(NODES)).sort()))
const fleet = await timed('read the fleet file', () => loadFleet(file))
const account = await startAccount({ dataDir: join(folder, 'data'), fleet })
for (const name of ['first scan', 'second scan, nothing changed']) {
  const result = await timed(name, () => account.runScan({}))
  if (result.status !== 'closed' || result.coverage.assessed !== INSTANCES || result.targetErrors.length > 0)
    throw new Error(`the scan did not assess the whole fleet: ${JSON.stringify(result)}`)
}
await account.stop()
await rm(folder, { recursive: true })
// The engine of the durable functions leaves a timer behind.
process.exit()
