import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { LocalDurableTestRunner } from '@aws/durable-execution-sdk-js-testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { ScanPlan } from '../../lambdas/run-scan/deps.ts'
import { collectorOutput } from '../../local/collector-output.ts'
import { type CommandDocument, collectorDocument, collectorDocuments } from '../../shared/aws/document.ts'
import { collectorScript } from '../../shared/evidence/collector.ts'
import { instanceId } from '../local/fleet-of.ts'
import { startTables } from '../store/table.fixture.ts'
import { foundBy, scannedEndpoint, stopEndpoints } from './scanned-endpoint.ts'

const THIS = collectorDocument()
let previous: CommandDocument
let tables: Awaited<ReturnType<typeof startTables>>
beforeAll(async () => {
  const folder = await mkdtemp(join(tmpdir(), 'fleet-scanner-test-'))
  const file = join(folder, 'previous-collector.sh')
  await writeFile(file, `${collectorScript()}# as it was\n`)
  const documents = collectorDocuments(file)
  expect(documents[0]).toEqual(THIS)
  previous = documents[1] ?? THIS
  await rm(folder, { recursive: true })
  tables = await startTables()
  await LocalDurableTestRunner.setupTestEnvironment({ skipTime: false })
})
afterAll(async () => {
  await LocalDurableTestRunner.teardownTestEnvironment()
  await stopEndpoints()
  await tables.stop()
})

const NODE = {
  source: {
    kind: 'prints' as const,
    text: collectorOutput({
      schemaVersion: 1,
      view: 'full',
      processes: [{ pid: 812, argv: ['etcd', '--auto-tls=true'], environ: [] }],
      manifests: [],
      psOutput: '',
    }),
  },
}

test('without a release before there is one document', () => {
  expect(collectorDocuments('/nonexistent/previous-collector.sh')).toEqual([THIS])
})

test.concurrent('a new scanner where the member stacks are old sends nothing, judges nothing, and says what to do', async () => {
  const store = await tables.newStore()
  const { scan, run, requestsOf } = await scannedEndpoint(store, [NODE, NODE], { documents: [previous] })
  const result = await scan()
  const mend = `the document ${THIS.name} is missing: deploy the member document stack there (docs/deploy.md)`
  expect(result).toMatchObject({
    status: 'closed',
    coverage: { total: 2, assessed: 0 },
    targetErrors: [`000000000000/eu-central-1: ${mend}`],
  })
  expect(requestsOf('SendCommand')).toEqual([])
  expect(await store.findings({})).toEqual([])
  expect(await foundBy(store, result.scanId)).toEqual({
    [instanceId(1)]: 'unreachable DocumentMissing',
    [instanceId(2)]: 'unreachable DocumentMissing',
  })
  const plan = await run<ScanPlan>({ dryRun: true })
  expect(plan.targets[0]).toMatchObject({ document: 'missing', documentProblem: mend })
})

test.concurrent('an old scanner where the member stacks are new goes on with its own document', async () => {
  const store = await tables.newStore()
  const { scan, requestsOf } = await scannedEndpoint(store, [NODE, NODE], {
    own: previous,
    documents: [THIS, previous],
  })
  expect(await scan()).toMatchObject({ coverage: { total: 2, assessed: 2 }, targetErrors: [] })
  expect(new Set(requestsOf('SendCommand').map(({ DocumentName }) => DocumentName))).toEqual(
    new Set([previous.name]),
  )
  expect(requestsOf('SendCommand').every(({ DocumentVersion }) => DocumentVersion === '1')).toBe(true)
})

test.concurrent('a document that holds another script under the name of ours is not sent', async () => {
  const store = await tables.newStore()
  const forged = { ...THIS, content: previous.content }
  const { scan, requestsOf } = await scannedEndpoint(store, [NODE], { documents: [forged] })
  const result = await scan()
  expect(result).toMatchObject({
    coverage: { total: 1, assessed: 0 },
    targetErrors: [expect.stringContaining('somebody has changed it')],
  })
  expect(requestsOf('SendCommand')).toEqual([])
  expect(requestsOf('GetDocument')).toHaveLength(1)
})
