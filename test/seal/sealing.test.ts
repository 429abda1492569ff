import { randomBytes } from 'node:crypto'
import { BatchWriteCommand, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { manifestSchema, unpack } from '../../shared/seal/manifest.ts'
import { tableReader } from '../../shared/seal/reader.ts'
import { sealScans } from '../../shared/seal/seal-scans.ts'
import { verifySeals } from '../../shared/seal/verify-seals.ts'
import { createStore } from '../../shared/store/create-store.ts'
import { keys } from '../../shared/store/keys.ts'
import type { Store } from '../../shared/store/store.ts'
import { Crash, crashingClient, intercepted } from '../store/client.fixture.ts'
import { assessment, at, finding, node, RULE, scanRecord, sighting } from '../store/fleet.fixture.ts'
import { now, startTables } from '../store/table.fixture.ts'
import { scanned, sealedScan } from './chain.fixture.ts'

let tables: Awaited<ReturnType<typeof startTables>>
beforeAll(async () => {
  tables = await startTables()
})
afterAll(() => tables.stop())

const a = node('i-a')
const b = node('i-b')
const PLACE = '111111111111/eu-central-1'
const after = (minutes: number) => () => new Date(at(minutes))
const verify = (store: Store, minutes = 600) => verifySeals(tableReader(store), { now: at(minutes) })
const chainOf = async (store: Store) =>
  (await store.seals.newest(20)).map(({ number, scanId }) => `${number} ${scanId}`).reverse()

test('each seal names the one before it, and stands on the record of its scan', async () => {
  const store = await tables.newStore()
  const first = await sealedScan(store, 's1', 0, [assessment(a, [finding('PASS')])])
  const second = await sealedScan(store, 's2', 60, [assessment(a, [finding('FAIL')])])
  const [newest, oldest] = await store.seals.newest(5)
  const manifest = manifestSchema.parse(JSON.parse(unpack(newest?.manifest ?? new Uint8Array())))
  expect(manifest).toMatchObject({
    ...{ schemaVersion: 1, number: 2, previous: first.hash, sealedAt: at(63), historyDays: 400 },
    scan: { scanId: 's2', status: 'closed', trigger: 'manual', openedAt: at(60), closedAt: at(62) },
    parts: [['scan/0001', expect.stringMatching(/^[0-9a-f]{64}$/)]],
  })
  expect(manifestSchema.parse(JSON.parse(unpack(oldest?.manifest ?? new Uint8Array()))).previous).toBeNull()
  expect((await store.scan('s2'))?.seal).toEqual(second)
})

test('a death before or after any write, then a repeat, makes just the seal that there would have been', async () => {
  const original = await tables.newTable()
  const before = createStore(tables.client, original, { now })
  await sealedScan(before, 's1', 0, [assessment(a, [finding('PASS')])])
  await scanned(before, 's2', 60, [assessment(a, [finding('FAIL')])])
  await scanned(before, 's3', 120, [assessment(a, [finding('PASS')])])
  const items = await tables.contentOf(original)
  const run = async (crash?: Parameters<typeof crashingClient>[1]) => {
    const name = await tables.newTable()
    const puts = items.map((Item) => ({ PutRequest: { Item } }))
    await tables.client.send(new BatchWriteCommand({ RequestItems: { [name]: puts } }))
    const quiet = createStore(tables.client, name)
    const { client, writes } = crashingClient(tables.client, crash)
    // Whoever has died does not go on with the next scan.
    let isDead = false
    const mortal = intercepted(client, async (_command, _input, call) => {
      if (isDead) throw new Crash('dead')
      return call().catch((error: unknown) => {
        isDead = error instanceof Crash
        throw error
      })
    })
    const seal = () => sealScans(createStore(mortal, name, { now }), 's3', after(125))
    await seal().catch((error: unknown) => {
      if (!(error instanceof Crash)) throw error
      isDead = false
      return seal()
    })
    return { content: await tables.contentOf(name), chain: await chainOf(quiet), writes: writes() }
  }
  const undisturbed = await run()
  expect(undisturbed.chain).toEqual(['1 s1', '2 s2', '3 s3'])
  for (let atWrite = 1; atWrite <= undisturbed.writes; atWrite++)
    for (const when of ['before', 'after'] as const)
      expect((await run({ atWrite, when })).content, `${when} write ${atWrite}`).toEqual(undisturbed.content)
  expect(undisturbed.writes).toBe(6)
})

test('a repeat that comes after later scans finds the seal that it made', async () => {
  const name = await tables.newTable()
  const store = createStore(tables.client, name)
  const first = await sealedScan(store, 's1', 0, [assessment(a, [finding('PASS')])])
  await sealedScan(store, 's2', 60, [assessment(a, [finding('FAIL')])])
  await store.openScan(scanRecord('s3', 120))
  expect(await sealScans(store, 's1', after(121))).toEqual(first)
  expect(await chainOf(store)).toEqual(['1 s1', '2 s2'])
})

test('seals that are made at the same time stand one behind the other', async () => {
  const store = await tables.newStore()
  await sealedScan(store, 's1', 0, [assessment(a, [finding('PASS')])])
  await scanned(store, 's2', 60, [assessment(a, [finding('FAIL')])])
  await scanned(store, 's3', 120, [assessment(a, [finding('PASS')])])
  await Promise.all(['s3', 's2', 's3', 's2'].map((scanId) => sealScans(store, scanId, after(125))))
  const chain = await chainOf(store)
  expect(chain.map((each) => each.slice(2)).sort()).toEqual(['s1', 's2', 's3'])
  expect((await verify(store)).problems).toEqual([])
})

test('a scan that died is sealed by the next one, with what it had half written', async () => {
  const name = await tables.newTable()
  const store = createStore(tables.client, name)
  await store.putTarget(
    { account: a.account, region: a.region },
    { inventoriedAt: at(0), coverage: { total: 2, assessed: 2, byState: { assessed: 2 } } },
  )
  await sealedScan(store, 's1', 0, [assessment(a, [finding('PASS')]), assessment(b, [finding('PASS')])])
  await store.openScan(scanRecord('s2', 60))
  // It dies as it has written the finding of i-a and not yet the change, and has recorded no command.
  const dying = intercepted(tables.client, async (command, { input }, call) => {
    const item = input.Item as { sk?: string } | undefined
    if (command === 'PutCommand' && item?.sk?.startsWith('H#')) throw new Crash('dead')
    return call()
  })
  const died = createStore(dying, name).applyAssessments('s2', at(61), [assessment(a, [finding('FAIL')])])
  await expect(died).rejects.toThrow(Crash)
  await store.applyAssessments('s2', at(61), [assessment(b, [finding('FAIL')])])
  await store.closeScan('s2', { status: 'failed', closedAt: at(95) })

  const lost = [sighting(a, 'unreachable'), sighting(b, 'unreachable')]
  await sealedScan(store, 's3', 120, [], lost)
  expect(await chainOf(store)).toEqual(['1 s1', '2 s2', '3 s3'])
  expect((await store.history({ instance: ['i-a'] })).map(({ to }) => to)).toEqual(['PASS', 'FAIL'])
  expect((await verify(store)).problems).toEqual([])
})

test('a scan that broke off in one command is sealed with the evidence that it left there', async () => {
  const store = await tables.newStore()
  await sealedScan(store, 's1', 0, [assessment(a, [finding('FAIL')])])
  await store.openScan(scanRecord('s2', 60))
  // Judged and stored, with newer facts that change no verdict; then the command was given up, and recorded so.
  const newer = assessment(a, [finding('FAIL')], { evidenceText: 'newer', fingerprint: 'newer' })
  await store.applyAssessments('s2', at(61), [newer])
  await store.applySightings('s2', at(62), [sighting(a, 'unreachable', { detail: 'NotJudged' })])
  await store.putCommandResult({
    ...{ scanId: 's2', account: a.account, region: a.region, n: '0', changes: [] },
    outcomes: [{ instanceId: 'i-a', state: 'unreachable', detail: 'NotJudged' }],
  })
  await store.closeScan('s2', { status: 'closed', closedAt: at(62), digest: 'none' })
  await sealScans(store, 's2', after(63))
  expect((await verify(store)).problems).toEqual([])
})

test('a cancelled scan that may still write is left for later, and is no problem until then', async () => {
  const store = await tables.newStore()
  await sealedScan(store, 's1', 0, [assessment(a, [finding('PASS')])])
  await store.openScan(scanRecord('s2', 60))
  await store.applyAssessments('s2', at(61), [assessment(a, [finding('FAIL')])])
  await store.closeScan('s2', { status: 'cancelled', closedAt: at(62) })
  await sealedScan(store, 's3', 63, [assessment(b, [finding('PASS')])])
  expect(await chainOf(store)).toEqual(['1 s1', '2 s3'])
  expect(await verify(store, 67)).toMatchObject({ problems: [], underWay: ['s2'] })
  await sealedScan(store, 's4', 180, [assessment(b, [finding('PASS')])])
  expect(await chainOf(store)).toEqual(['1 s1', '2 s3', '3 s2', '4 s4'])
  expect((await verify(store)).problems).toEqual([])
})

test('the first seal of a table that is in use states what stands, and what was before is counted', async () => {
  const name = await tables.newTable()
  const store = createStore(tables.client, name)
  await scanned(store, 'old1', 0, [assessment(a, [finding('PASS')]), assessment(b, [finding('FAIL')])])
  await scanned(store, 'old2', 60, [assessment(a, [finding('FAIL')]), assessment(b, [finding('FAIL')])])
  expect(await verify(store)).toMatchObject({ sealed: 0, head: null, problems: [], before: { scans: 2 } })
  await sealedScan(store, 's1', 120, [assessment(b, [finding('FAIL')])])
  expect(await verify(store)).toMatchObject({ sealed: 1, problems: [], before: { scans: 2, transitions: 1 } })

  const [stood] = await store.findings({ instance: ['i-b'] })
  const { Item } = await tables.client.send(
    new GetCommand({ TableName: name, Key: { pk: `NODE#${PLACE}/i-b`, sk: `F#${RULE}` } }),
  )
  const forged = { ...Item, evidenceHash: 'f'.repeat(64) }
  await tables.client.send(new PutCommand({ TableName: name, Item: forged }))
  expect(stood?.evidenceHash).toBeDefined()
  expect((await verify(store)).problems.map(({ item }) => item)).toEqual([
    `evidence ${'f'.repeat(64)} of ${PLACE}/i-b, under ${RULE}`,
  ])
})

test('evidence that was too large to keep is sealed as that, and what turns up in its place is named', async () => {
  const name = await tables.newTable()
  const store = createStore(tables.client, name)
  const large = { hash: 'a'.repeat(64), gzip: randomBytes(400 * 1024) }
  await sealedScan(store, 's1', 0, [assessment(a, [finding('PASS')], { evidence: large })])
  expect((await verify(store)).problems).toEqual([])
  const item = { ...keys.evidence(a, large.hash), bytes: 3, gzip: Buffer.from('any') }
  await tables.client.send(new PutCommand({ TableName: name, Item: item }))
  expect((await verify(store)).problems).toMatchObject([{ problem: 'was too large to keep, and is here' }])
})

test('a fleet in which nothing changed is sealed in three writes', async () => {
  const fleet = Array.from({ length: 40 }, (_, i) => assessment(node(`i-${i}`), [finding('PASS')]))
  const name = await tables.newTable()
  const store = createStore(tables.client, name)
  await sealedScan(store, 's1', 0, fleet)
  await scanned(store, 's2', 60, fleet)
  const { client, writes } = crashingClient(tables.client)
  await sealScans(createStore(client, name), 's2', after(63))
  expect(writes()).toBe(3)
})

test('a scan that is damaged keeps no other from its seal, and is told of', async () => {
  const name = await tables.newTable()
  const store = createStore(tables.client, name)
  await sealedScan(store, 's1', 0, [assessment(a, [finding('PASS')])])
  await store.openScan({ ...scanRecord('s2', 60), deadlineAt: 'x' })
  await store.closeScan('s2', { status: 'failed', closedAt: at(62) })
  await scanned(store, 's3', 120, [assessment(a, [finding('FAIL')])])
  expect(await sealScans(store, 's3', after(123))).toMatchObject({
    number: 2,
    failed: [expect.stringMatching(/^scan s2 could not be sealed: /)],
  })
  expect(await chainOf(store)).toEqual(['1 s1', '2 s3'])
})

test('a change that is dated outside of its scan is not sealed, and is named', async () => {
  const name = await tables.newTable()
  const store = createStore(tables.client, name)
  await sealedScan(store, 's1', 0, [assessment(a, [finding('PASS')])])
  await scanned(store, 's2', 60, [assessment(a, [finding('FAIL')])])
  const key = keys.transition(a, RULE, 's2')
  const { Item } = await tables.client.send(new GetCommand({ TableName: name, Key: key }))
  await tables.client.send(new PutCommand({ TableName: name, Item: { ...Item, at: at(-900_000) } }))
  await sealScans(store, 's2', after(63))
  const { problems } = await verify(store)
  expect(problems).toContainEqual(
    expect.objectContaining({ item: `transition of ${PLACE}/i-a ${RULE} in scan s2` }),
  )
})

test('a cancelled scan is sealed in its turn, however many scans ended in between', async () => {
  const store = await tables.newStore()
  await sealedScan(store, 's000', 0, [assessment(a, [finding('PASS')])])
  await store.openScan({ ...scanRecord('s001', 10), deadlineAt: at(150) })
  await store.closeScan('s001', { status: 'cancelled', closedAt: at(12) })
  for (let n = 2; n < 24; n++) await sealedScan(store, `s${String(n).padStart(3, '0')}`, 10 + n * 5, [])
  expect((await chainOf(store)).some((each) => each.endsWith('s001'))).toBe(false)
  await sealedScan(store, 's300', 300, [])
  expect((await chainOf(store)).slice(-2)).toEqual(['24 s001', '25 s300'])
})
