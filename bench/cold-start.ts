import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb'
import budgets from '../budgets.json' with { type: 'json' }
import { bundleFunctions, bundleModule, CONFIG_FILE, type FunctionName } from '../infra/bundle.ts'
import { startAccount } from '../local/account.ts'
import { LOCAL_TABLE } from '../local/database.ts'
import { loadFleet } from '../local/fleet.ts'
import { sampleDigest } from '../shared/report/digest-sample.ts'
import { createStore } from '../shared/store/create-store.ts'
import { startSlackAndSecret } from './cold-start/slack-and-secret.ts'

/**
 * Cold starts: from the start of a process to the first event handled, of each function's bundle and of a bundle that
 * holds the same clients of AWS's SDK and nothing of ours. Both do the same first call; they take turns.
 */
const RUNS = 21
const HERE = join(import.meta.dirname, 'cold-start')

const folder = await mkdtemp(join(tmpdir(), 'fleet-scanner-cold-'))
const config = `targets: [{ account: '000000000000', regions: [eu-central-1], selectors: [kops] }]\n`
const code = await bundleFunctions(join(folder, 'build'), config)
const fleetFile = join(folder, 'fleet.yaml')
await writeFile(fleetFile, 'instances:\n  - { id: i-0000000a, silent: true }\n')
const account = await startAccount({ dataDir: join(folder, 'data'), fleet: await loadFleet(fleetFile) })

const slack = await startSlackAndSecret()
const digest = sampleDigest('test', 'a', new Date().toISOString(), '--stack fleet-scanner')

const key = { scanId: 'before', account: '000000000000', region: 'eu-central-1', n: '0' }
const client = DynamoDBDocumentClient.from(new DynamoDBClient({ endpoint: account.dynamodbUrl }))
await createStore(client, LOCAL_TABLE).putCommandResult({ ...key, commandId: 'c', outcomes: [], changes: [] })

const EVENTS: Record<FunctionName, { kind: 'durable' | 'plain'; event: object }> = {
  'run-scan': { kind: 'durable', event: { cancel: 'not-there' } },
  'parse-results': {
    kind: 'plain',
    event: {
      ...{
        scanId: key.scanId,
        n: key.n,
        commandId: 'c',
        instances: [],
        deadlinePassed: false,
        invocations: 0,
      },
      target: {
        account: key.account,
        region: key.region,
        roles: { sender: 's', reader: 'r' },
        selectors: [],
      },
    },
  },
  'post-to-slack': {
    kind: 'plain',
    event: { Records: [{ Sns: { MessageId: 'm', Message: digest.bodies.default } }] },
  },
  'query-findings': {
    kind: 'plain',
    event: { rawPath: '/v1/scans', rawQueryString: '', requestContext: { http: { method: 'GET' } } },
  },
}

/** In milliseconds. The table answers in this process, which therefore must not stand still. */
const firstEvent = async (module: string, name: FunctionName): Promise<number> => {
  const { kind, event } = EVENTS[name]
  const args = [join(HERE, 'first-event.ts'), module, JSON.stringify(event), kind]
  const env = {
    ...process.env,
    // As deployed: reading the source map takes its time too.
    NODE_OPTIONS: '--enable-source-maps',
    CONFIG_FILE: join(code['run-scan'], CONFIG_FILE),
    AWS_ENDPOINT_URL_SECRETS_MANAGER: slack.origin,
    SLACK_ROUTES: '{"a":"hook"}',
    SLACK_ORIGIN: slack.origin,
  }
  const { stdout } = await promisify(execFile)(process.execPath, args, { env, timeout: 30_000 })
  return JSON.parse(stdout.trim().split('\n').at(-1) ?? '').took
}

/** The median of the faster half: what else this machine does can only make a start slower. */
const undisturbed = (times: number[]): number => times.toSorted((a, b) => a - b)[times.length >> 2] ?? 0

const ratios: Partial<Record<FunctionName, number>> = budgets.coldStart.ratios
let failed = false
for (const name of Object.keys(EVENTS) as FunctionName[]) {
  const ours = join(code[name], 'index.mjs')
  await bundleModule(join(HERE, `clients-of-${name}.ts`), join(folder, 'clients', name))
  const bare = join(folder, 'clients', name, 'index.mjs')
  const took: { ours: number[]; bare: number[] } = { ours: [], bare: [] }
  for (let run = 0; run <= RUNS; run++) {
    const both = { ours: await firstEvent(ours, name), bare: await firstEvent(bare, name) }
    // The first brings the files into memory.
    if (run === 0) continue
    took.ours.push(both.ours)
    took.bare.push(both.bare)
  }
  const [own, other] = [undisturbed(took.ours), undisturbed(took.bare)]
  const ratio = own / other
  const most = ratios[name] ?? budgets.coldStart.ratio
  failed ||= ratio > most
  console.log(
    `${name}: ${own.toFixed(0)} ms to the first event, ${other.toFixed(0)} ms with its SDK clients alone: ${ratio.toFixed(2)} (at most ${most}; ${RUNS} runs of each)`,
  )
}
slack.stop()
await account.stop()
await rm(folder, { recursive: true, force: true })
process.exit(failed ? 1 : 0)
