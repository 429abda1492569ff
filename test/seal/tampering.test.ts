import { createHash } from 'node:crypto'
import { gunzipSync, gzipSync } from 'node:zlib'
import { DeleteCommand, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { tableReader } from '../../shared/seal/reader.ts'
import { verifySeals } from '../../shared/seal/verify-seals.ts'
import { createStore } from '../../shared/store/create-store.ts'
import { type Key, keys, listings } from '../../shared/store/keys.ts'
import type { Store } from '../../shared/store/store.ts'
import type { Waiver } from '../../shared/waivers/waiver.ts'
import { assessment, at, finding, node, RULE, scanRecord, sighting } from '../store/fleet.fixture.ts'
import { startTables } from '../store/table.fixture.ts'
import { sealedScan } from './chain.fixture.ts'

let tables: Awaited<ReturnType<typeof startTables>>
let one: Fleet
beforeAll(async () => {
  tables = await startTables()
  one = await fleet()
})
afterEach(() => one.table.undo())
afterAll(() => tables.stop())

// biome-ignore lint/suspicious/noExplicitAny: an item is changed as whoever tampers with it would.
type Item = Key & Record<string, any>

const a = node('i-a')
const b = node('i-b')
const PLACE = '111111111111/eu-central-1'
const target = { account: a.account, region: a.region }
const text = (of: string) => ({ evidenceText: of })

const waiver: Waiver = {
  ...{ id: 'w-20260131-1a2b3c4d', rule: RULE, scope: { kind: 'instance', value: 'i-b' }, revision: 1 },
  ...{ reason: 'moves in March', ticket: 'SEC-1', until: at(9999), who: 'eve', changedBy: 'eve' },
  ...{ createdAt: at(0), changedAt: at(0) },
}

/** Between two scans a waiver is renewed, and a verdict restated. */
const change = async (store: Store): Promise<undefined> => {
  await store.putWaiver({ ...waiver, revision: 2, reason: 'moves in May', changedAt: at(90) }, waiver)
  const [said] = await store.history({ instance: ['i-b'] })
  if (!said?.evidenceHash) throw new Error('nothing is stored')
  const restated = { ...said, evidenceHash: said.evidenceHash, to: 'PASS' as const, at: at(90) }
  await store.appendRestatement({ ...restated, restates: said.at }, 1)
}

/** Four scans: i-a passes, fails, recovers and stays; i-b fails all along, on newer facts at the end, and i-lost is lost. */
const fleet = async () => {
  const name = await tables.newTable()
  const store = createStore(tables.client, name)
  const lost = sighting(node('i-lost'), 'unreachable', { detail: 'ConnectionLost' })
  await store.keepRules([{ ruleId: RULE, version: '1', hash: 'h', rule: { id: RULE }, keptAt: at(0) }])
  await store.putWaiver(waiver, undefined)
  const seals = [
    await sealedScan(store, 's1', 0, [assessment(a, [finding('PASS')]), assessment(b, [finding('FAIL')])]),
    await sealedScan(store, 's2', 60, [assessment(a, [finding('FAIL')]), assessment(b, [finding('FAIL')])]),
    await change(store),
    await sealedScan(store, 's3', 120, [assessment(a, [finding('PASS')], text('mended'))], [lost]),
    await sealedScan(store, 's4', 180, [
      assessment(a, [finding('PASS')], text('mended')),
      assessment(b, [finding('FAIL')], { ...text('newer'), fingerprint: 'newer facts' }),
    ]),
  ]
  const hashes = seals.filter((each) => each !== undefined)
  const before: { key: Key; item: Item | undefined }[] = []
  const read = async ({ pk, sk }: Key) => {
    const { Item } = await tables.client.send(new GetCommand({ TableName: name, Key: { pk, sk } }))
    return Item as Item | undefined
  }
  const put = (item: Item) => tables.client.send(new PutCommand({ TableName: name, Item: item }))
  const remove = ({ pk, sk }: Key) =>
    tables.client.send(new DeleteCommand({ TableName: name, Key: { pk, sk } }))
  const table = {
    get: async (key: Key): Promise<Item> => {
      const item = await read(key)
      if (!item) throw new Error(`there is no ${key.pk} ${key.sk}`)
      return item
    },
    put: async (item: Item) => {
      before.push({ key: item, item: await read(item) })
      await put(item)
    },
    remove: async (key: Key) => {
      before.push({ key, item: await read(key) })
      await remove(key)
    },
    undo: async () => {
      for (const { key, item } of before.splice(0).reverse()) await (item ? put(item) : remove(key))
    },
    change: async (key: Key, change: (item: Item) => object) => {
      const item = await table.get(key)
      await table.put({ ...item, ...change(item) })
    },
  }
  const verify = (anchor = hashes.at(-1)?.hash ?? '', now = at(3 * 24 * 60)) =>
    verifySeals(tableReader(store), { anchor, now })
  return { store, seals: hashes, table, verify }
}

const named = (report: Awaited<ReturnType<typeof verifySeals>>) =>
  report.problems.map(({ item, problem }) => `${item} ${problem}`)

test('nothing was touched: everything agrees, and the newest hash is the anchor', async () => {
  const { seals, verify } = one
  const report = await verify()
  expect(report).toMatchObject({
    sealed: 4,
    head: { number: 4, hash: seals[3]?.hash, scanId: 's4', sealedAt: at(183) },
    anchor: { found: true },
    expired: 0,
    problems: [],
    before: { scans: 0, transitions: 0 },
    underWay: [],
  })
  // 4 scans and results, 4 changes, 5 pieces of evidence; 1 and 2 revisions of a waiver; a restatement; a rule.
  expect(report.checked).toBe(22)
  expect((await verify(seals[1]?.hash)).problems).toEqual([])
})

type Fleet = Awaited<ReturnType<typeof fleet>>

const hashOf = (json: string) => createHash('sha256').update(json).digest('hex')

/** Evidence of a node replaced by other facts, under their true hash. */
const forgeEvidence = async ({ table }: Fleet, hash: string): Promise<string> => {
  const item = await table.get(keys.evidence(b, hash))
  const json = gunzipSync(item.gzip).toString().replace('some facts', 'harmless facts')
  const forged = hashOf(json)
  await table.put({ ...item, ...keys.evidence(b, forged), gzip: gzipSync(json) })
  await table.remove(keys.evidence(b, hash))
  return forged
}

const CASES: Record<string, { tamper: (fleet: Fleet) => Promise<unknown>; finds: string[] }> = {
  'evidence and its hash are rewritten, in the finding and in the change': {
    tamper: async (fleet) => {
      const { table } = fleet
      const { evidenceHash } = await table.get(keys.transition(b, RULE, 's1'))
      const forged = await forgeEvidence(fleet, evidenceHash)
      for (const key of [keys.transition(b, RULE, 's1'), keys.finding(b, RULE)])
        await table.change(key, () => ({ evidenceHash: forged }))
    },
    finds: [
      `transition of ${PLACE}/i-b ${RULE} in scan s1 was changed after it was sealed`,
      `evidence [0-9a-f]{64} of ${PLACE}/i-b is gone`,
      `evidence [0-9a-f]{64} of ${PLACE}/i-b, under ${RULE} no seal names it`,
    ],
  },
  'evidence is rewritten under its old hash': {
    tamper: async ({ table }) => {
      const { evidenceHash } = await table.get(keys.finding(b, RULE))
      await table.change(keys.evidence(b, evidenceHash), () => ({ gzip: gzipSync('{}') }))
    },
    finds: [`evidence [0-9a-f]{64} of ${PLACE}/i-b was changed: it does not match its hash`],
  },
  'the content of evidence is taken out': {
    tamper: async ({ table }) => {
      const { evidenceHash } = await table.get(keys.finding(b, RULE))
      const { gzip: _, ...rest } = await table.get(keys.evidence(b, evidenceHash))
      await table.put(rest)
    },
    finds: [`evidence [0-9a-f]{64} of ${PLACE}/i-b was taken out: only its size is left`],
  },
  'newer evidence, which no change names, is replaced and the finding with it': {
    tamper: async ({ table }) => {
      const { evidenceHash } = await table.get(keys.finding(b, RULE))
      const forged = 'f'.repeat(64)
      await table.put({ ...(await table.get(keys.evidence(b, evidenceHash))), ...keys.evidence(b, forged) })
      await table.change(keys.finding(b, RULE), () => ({ evidenceHash: forged }))
    },
    finds: [`evidence f{64} of ${PLACE}/i-b, under ${RULE} no seal names it`],
  },
  'a change in the middle is deleted': {
    tamper: ({ table }) => table.remove(keys.transition(a, RULE, 's2')),
    finds: [
      `transition of ${PLACE}/i-a ${RULE} in scan s2 is gone, and is kept until 2027-03-07T14:01:00.000Z`,
    ],
  },
  'the last change is deleted': {
    tamper: ({ table }) => table.remove(keys.transition(a, RULE, 's3')),
    finds: [
      `transition of ${PLACE}/i-a ${RULE} in scan s3 is gone, and the last change of a finding never expires`,
      `finding of ${PLACE}/i-a ${RULE} says PASS PASS, and its last change says FAIL FAIL`,
    ],
  },
  'a change is taken out of the list of changes': {
    tamper: async ({ table }) => {
      const { listKey: _, listSort: __, ...rest } = await table.get(keys.transition(a, RULE, 's2'))
      await table.put(rest)
    },
    finds: [`transition of ${PLACE}/i-a ${RULE} in scan s2 was changed after it was sealed`],
  },
  'a change is invented for a sealed scan': {
    tamper: async ({ table }) =>
      table.put({
        ...(await table.get(keys.transition(a, RULE, 's2'))),
        ...{ ...keys.transition(b, RULE, 's2'), listSort: `${at(61)}#${PLACE}/i-b#${RULE}` },
      }),
    finds: [`transition of ${PLACE}/i-b ${RULE} in scan s2 no seal names it, though its scan is sealed`],
  },
  'a finding is said to pass': {
    tamper: ({ table }) =>
      table.change(keys.finding(b, RULE), ({ finding }) => ({ finding: { ...finding, status: 'PASS' } })),
    finds: [`finding of ${PLACE}/i-b ${RULE} says PASS FAIL, and its last change says FAIL FAIL`],
  },
  'a finding is deleted': {
    tamper: ({ table }) => table.remove(keys.finding(b, RULE)),
    finds: [`finding of ${PLACE}/i-b ${RULE} is gone, and its last change says FAIL FAIL`],
  },
  'a finding is taken out of the list of findings': {
    tamper: async ({ table }) => {
      const { listKey: _, listSort: __, ...rest } = await table.get(keys.finding(b, RULE))
      await table.put(rest)
    },
    finds: [`finding of ${PLACE}/i-b ${RULE} does not stand in its list where it belongs`],
  },
  'an instance that was lost is said to have been assessed': {
    tamper: ({ table }) =>
      table.change(keys.commandResult('s3', target, '0', 0), ({ outcomes }) => ({
        outcomes: outcomes.map((each: object) => ({ ...each, state: 'assessed' })),
      })),
    finds: [`result of ${PLACE} 0 in scan s3 was changed after it was sealed`],
  },
  'a result is deleted': {
    tamper: ({ table }) => table.remove(keys.commandResult('s2', target, '0', 0)),
    finds: [`result of ${PLACE} 0 in scan s2 is gone, and expires on \\d{4}-`],
  },
  'a result is added to a sealed scan': {
    tamper: async ({ table }) =>
      table.put({
        ...(await table.get(keys.commandResult('s2', target, '0', 0))),
        ...keys.commandResult('s2', target, '1', 0),
      }),
    finds: [`result of ${PLACE} 1 in scan s2 no seal names it, though its scan is sealed: it was added`],
  },
  "a scan's record is changed": {
    tamper: ({ table }) => table.change(keys.scan('s2'), () => ({ coverage: { total: 2, assessed: 2 } })),
    finds: ['record of scan s2 was changed after it was sealed'],
  },
  "a scan's record is deleted": {
    tamper: ({ table }) => table.remove(keys.scan('s2')),
    finds: ['record of scan s2 is gone, and expires on 2027-03-07T13:00:00.000Z'],
  },
  'a waiver is reworded': {
    tamper: ({ table }) => table.change(keys.waiver(waiver.id), () => ({ approvedBy: 'bob' })),
    finds: [`waiver ${waiver.id} revision 2 was changed after it was sealed`],
  },
  'what a waiver said before is deleted': {
    tamper: ({ table }) => table.remove(keys.waiverRevision(waiver.id, 1)),
    finds: [`waiver ${waiver.id} revision 1 is gone, and nothing of this kind expires`],
  },
  'a waiver is put into the past': {
    tamper: async ({ table }) =>
      table.put({
        ...(await table.get(keys.waiver(waiver.id))),
        sk: 'w-20260131-99999999',
        id: 'w-20260131-99999999',
        changedAt: at(-3 * 24 * 60),
      }),
    finds: ['waiver w-20260131-99999999 revision 2 no seal names it, though seals were made after it'],
  },
  'a restatement is deleted': {
    tamper: async ({ store, table }) => {
      const [item] = await store.seals.restatements(at(0))
      if (item) await table.remove(item)
    },
    finds: [
      `restatement 1 of ${PLACE}/i-b ${RULE} on evidence [0-9a-f]{64} is gone, and nothing of this kind`,
    ],
  },
  'a restatement is put into the past': {
    tamper: async ({ store, table }) => {
      const [item] = await store.seals.restatements(at(0))
      if (item) await table.put({ ...item, sk: item.sk.replace(/1$/, '2'), at: '2026-01-01T00:00:00.000Z' })
    },
    finds: [
      `restatement 2 of ${PLACE}/i-b .* no seal names it, though seals were made after it: it was added`,
    ],
  },
  'a rule that was judged by is changed': {
    tamper: ({ table }) => table.change(keys.rule(RULE, '1'), () => ({ rule: { id: RULE, all: [] } })),
    finds: [`rule ${RULE} version 1 was changed after it was sealed`],
  },
  'the end of the chain is cut off, with all that the last scan has brought': {
    tamper: async ({ table }) => {
      await table.remove(keys.seal(4))
      await table.remove(keys.scan('s4'))
      await table.remove(keys.commandResult('s4', target, '0', 0))
    },
    finds: [
      'anchor [0-9a-f]{64} no seal has this hash: .*; the newest seal that is there is 3, of scan s3 \\([0-9a-f]{64}\\)',
    ],
  },
  'only the last seal is cut off': {
    tamper: ({ table }) => table.remove(keys.seal(4)),
    finds: ['anchor [0-9a-f]{64} no seal has this hash', 'scan s4 has no seal, though it has ended'],
  },
  'a seal in the middle is deleted': {
    tamper: ({ table }) => table.remove(keys.seal(2)),
    finds: ['seal 2 is missing', 'scan s2 has no seal'],
  },
  'the first seals are deleted': {
    tamper: async ({ table }) => {
      await table.remove(keys.seal(1))
      await table.remove(keys.seal(2))
    },
    finds: ['seals 1 to 2 are missing'],
  },
  'a manifest is changed': {
    tamper: ({ table }) =>
      table.change(keys.seal(2), ({ manifest }) => ({
        manifest: gzipSync(gunzipSync(manifest).toString().replace('"closed"', '"failed"')),
      })),
    finds: [
      'seal 2 was changed: its manifest is not what stands beside it',
      'seal 2 was rewritten: seal 3 names another hash',
    ],
  },
  'a manifest is made unreadable': {
    tamper: ({ table }) => table.change(keys.seal(2), () => ({ manifest: Buffer.from('no gzip') })),
    finds: ['seal 2 was changed: its manifest cannot be read'],
  },
  'a part is deleted': {
    tamper: async ({ store, table }) => {
      const [head] = await store.seals.newest(1)
      const { parts } = JSON.parse(gunzipSync(head?.manifest ?? '').toString())
      await table.remove(keys.sealPart(parts[0][1]))
    },
    finds: ['part scan/0001 of seal 4 is missing'],
  },
  'a part is changed': {
    tamper: async ({ store, table }) => {
      const [head] = await store.seals.newest(1)
      const { parts } = JSON.parse(gunzipSync(head?.manifest ?? '').toString())
      await table.change(keys.sealPart(parts[0][1]), () => ({ gzip: gzipSync('[]') }))
    },
    finds: ['part scan/0001 of seal 4 was changed: it does not match its hash'],
  },
}

/** Puts an item made from another one under its own key, and in its own place in the list. */
const putChange = async ({ table }: Fleet, scanId: string, at: string, more: object = {}) =>
  table.put({
    ...(await table.get(keys.transition(b, RULE, 's1'))),
    ...{ ...keys.transition(b, RULE, scanId), ...listings.transition(b, RULE, at), scanId, at },
    ...{ from: 'FAIL', fromReason: 'FAIL', to: 'PASS', reason: 'PASS', ...more },
  })

const putScan = ({ table }: Fleet, scanId: string, minutes: number, more: object = {}) =>
  table.put({
    ...{
      ...keys.scan(scanId),
      ...listings.scan(scanId, at(minutes)),
      ...scanRecord(scanId, minutes),
      ...more,
    },
  })

const saysPass = ({ table }: Fleet) =>
  table.change(keys.finding(b, RULE), ({ finding }) => ({
    ...listings.finding(b, RULE, 'PASS'),
    finding: { ...finding, status: 'PASS', reason: 'PASS' },
  }))

const unlisted = ({ listKey: _, listSort: __, ...rest }: Item): Item => rest as Item

const FINDING = `finding of ${PLACE}/i-b ${RULE}`

/** What whoever may write every item would do, knowing how this is verified. `now`: three days after unless told. */
const FORGERIES: Record<
  string,
  { forge: (fleet: Fleet) => Promise<unknown>; finds: string[]; now?: string }
> = {
  'an old piece of evidence is put back under a finding': {
    forge: async ({ table }) => {
      const { evidenceHash } = await table.get(keys.transition(b, RULE, 's1'))
      await table.change(keys.finding(b, RULE), () => ({ evidenceHash }))
    },
    finds: [`${FINDING} rests on other evidence than the newest that is sealed of its instance`],
  },
  'the evidence of a finding is taken away': {
    forge: async ({ table }) => {
      const { evidenceHash: _, ...rest } = await table.get(keys.finding(b, RULE))
      await table.put(rest as Item)
    },
    finds: [`${FINDING} has no evidence, and its last change has`],
  },
  'a finding is made younger': {
    forge: ({ table }) => table.change(keys.finding(b, RULE), () => ({ since: at(180), scanId: 's4' })),
    finds: [`${FINDING} says since ${at(180)}, and its last change ${at(1)}`],
  },
  'a finding names another scan than the one that brought it': {
    forge: ({ table }) => table.change(keys.finding(b, RULE), () => ({ scanId: 's4' })),
    finds: [`${FINDING} says scan s4, and its last change s1`],
  },
  'a finding is weighed less, on the evidence of its change': {
    forge: ({ table }) =>
      table.change(keys.finding(a, RULE), ({ finding }) => ({ finding: { ...finding, severity: 'low' } })),
    finds: [`finding of ${PLACE}/i-a ${RULE} says low 2.3, and its last change high 2.3`],
  },
  'a finding is worded otherwise, on the evidence of its change': {
    forge: ({ table }) =>
      table.change(keys.finding(a, RULE), ({ finding }) => ({ finding: { ...finding, message: 'fine' } })),
    finds: [`finding of ${PLACE}/i-a ${RULE} says another message than its last change`],
  },
  'what a finding remembers of its change is rewritten': {
    forge: ({ table }) =>
      table.change(keys.finding(b, RULE), ({ change }) => ({
        change: { ...change, at: at(170), brought: { ...change.brought, severity: 'low' } },
      })),
    finds: [`${FINDING} remembers its last change otherwise than that is stored: .*severity`],
  },
  'a finding is put among those that pass, in the list alone': {
    forge: ({ table }) => table.change(keys.finding(b, RULE), () => listings.finding(b, RULE, 'PASS')),
    finds: [`${FINDING} does not stand in its list where it belongs`],
  },
  'a change is put into the past, of a scan that is older than the first seal': {
    forge: async (fleet) => {
      await putScan(fleet, 'old', -9999, { status: 'closed', closedAt: at(-9990), digest: 'none' })
      await putChange(fleet, 'old', at(150))
      await saysPass(fleet)
    },
    finds: [
      `transition of ${PLACE}/i-b ${RULE} in scan old no seal names it: its scan has none`,
      `${FINDING} `,
    ],
  },
  'a scan of before the first seal answers for a moment after it': {
    forge: (fleet) =>
      putScan(fleet, 'old', -9999, { status: 'closed', closedAt: at(190), listSort: `${at(185)}#old` }),
    finds: [
      'scan old has no seal, though it has ended',
      'record SCAN#old META does not stand in the list of scans',
    ],
  },
  'a scan is open for ever, and excuses what is said of its instance': {
    forge: async (fleet) => {
      await putScan(fleet, 'sX', 200, { deadlineAt: '9999-01-01T00:00:00.000Z' })
      await fleet.table.change(keys.node(b), () => ({ scanId: 'sX', at: at(201) }))
      await saysPass(fleet)
    },
    finds: ['scan sX has no seal, and cannot be under way by its times', `${FINDING} says PASS PASS`],
  },
  'a scan is open since before the newest that is sealed': {
    forge: (fleet) => putScan(fleet, 'sX', 150, { deadlineAt: at(1000) }),
    now: at(200),
    finds: ['scan sX has no seal, and cannot be under way by its times'],
  },
  'a scan that is under way has a change from before it': {
    forge: async (fleet) => {
      await putScan(fleet, 'sX', 200)
      await putChange(fleet, 'sX', at(10))
    },
    now: at(205),
    finds: [`transition of ${PLACE}/i-b ${RULE} in scan sX is from before its scan, which is under way`],
  },
  'a change is invented that is in no list': {
    forge: async (fleet) => {
      await putChange(fleet, 's3', at(121))
      const key = keys.transition(b, RULE, 's3')
      await fleet.table.put(unlisted(await fleet.table.get(key)))
    },
    finds: [`transition of ${PLACE}/i-b ${RULE} in scan s3 does not stand in its list where it belongs`],
  },
  'a change is invented that passes for a restatement': {
    forge: (fleet) => putChange(fleet, 's3', at(121), { restates: at(1) }),
    finds: [`transition of ${PLACE}/i-b ${RULE} in scan s3 stands under another key than its own`],
  },
  'a restatement is invented that is in no list': {
    forge: async ({ store, table }) => {
      const [item] = await store.seals.restatements(at(0))
      if (item) await table.put(unlisted({ ...item, sk: item.sk.replace(/1$/, '2'), at: at(3000) }))
    },
    finds: [`restatement 2 of ${PLACE}/i-b .* does not stand in its list where it belongs`],
  },
  'a restatement is of a time to come': {
    forge: async ({ store, table }) => {
      const [item] = await store.seals.restatements(at(0))
      if (item) await table.put({ ...item, sk: item.sk.replace(/1$/, '2'), at: '9999-01-01T00:00:00.000Z' })
    },
    finds: [`restatement 2 of ${PLACE}/i-b .* is of 9999-01-01T00:00:00.000Z, which is still to come`],
  },
  'a change is put into a list that is not its own': {
    forge: async ({ table }) =>
      table.put({ pk: 'ELSEWHERE', sk: 'H#x', ...listings.transition(b, RULE, at(5)) }),
    finds: ['item ELSEWHERE H#x does not belong into the list TRANSITIONS#'],
  },
  'a waiver that was renewed is rolled back': {
    forge: async ({ table }) => {
      const now = await table.get(keys.waiver(waiver.id))
      const before = await table.get(keys.waiverRevision(waiver.id, 1))
      await table.put({ ...now, ...keys.waiverRevision(waiver.id, 2) })
      await table.put({ ...before, ...keys.waiver(waiver.id) })
    },
    finds: [`waiver ${waiver.id} says revision 1, and revision 2 is kept`],
  },
  'a waiver says another thing under its second key': {
    forge: async ({ table }) =>
      table.put({
        ...(await table.get(keys.waiver(waiver.id))),
        ...{ ...keys.waiverRevision(waiver.id, 2), reason: 'another' },
      }),
    finds: [`waiver ${waiver.id} revision 2 is there twice, and says not the same`],
  },
  'a waiver stands under the id of another': {
    forge: async ({ table }) =>
      table.put({ ...(await table.get(keys.waiver(waiver.id))), ...keys.waiver('w-20260131-99999999') }),
    finds: [`waiver ${waiver.id} stands under w-20260131-99999999, which is not its key`],
  },
  'a waiver that is known of stands no longer': {
    forge: async ({ table }) => {
      const now = await table.get(keys.waiver(waiver.id))
      await table.put({ ...now, ...keys.waiverRevision(waiver.id, 2) })
      await table.remove(keys.waiver(waiver.id))
    },
    finds: [`waiver ${waiver.id} is gone: only what it said before is there`],
  },
  'a waiver is of no time': {
    forge: ({ table }) =>
      table.put({
        ...waiver,
        ...keys.waiver('w-20260131-99999999'),
        id: 'w-20260131-99999999',
        changedAt: '9999',
      }),
    finds: ['waiver w-20260131-99999999 revision 1 says no time of its making'],
  },
  'the record of a scan names another seal': {
    forge: ({ table }) =>
      table.change(keys.scan('s2'), () => ({ seal: { number: 2, hash: 'f'.repeat(64) } })),
    finds: ['record of scan s2 names another seal 2 than the chain has'],
  },
  'all seals are deleted': {
    forge: async ({ table }) => {
      for (const number of [1, 2, 3, 4]) await table.remove(keys.seal(number))
    },
    finds: ['record of scan s1 names seal 1, which is not in the chain'],
  },
}

test.each(Object.keys(FORGERIES))('%s: it is named', async (name) => {
  const { forge, finds, now } = FORGERIES[name] ?? { forge: async () => {}, finds: [] }
  await forge(one)
  const problems = named(await one.verify(undefined, now))
  for (const words of finds)
    expect(problems).toEqual(expect.arrayContaining([expect.stringMatching(new RegExp(words))]))
})

test('a scan that begins while it is verified is no problem, and what it has written is counted', async () => {
  const name = await tables.newTable()
  const store = createStore(tables.client, name)
  await sealedScan(store, 's1', 0, [assessment(b, [finding('FAIL')])])
  const reader = tableReader(store)
  let reads = 0
  const racing = {
    ...reader,
    scans: async () => {
      const scans = await reader.scans()
      if (reads++ > 0) return scans
      await store.openScan(scanRecord('s2', 60))
      await store.applyAssessments('s2', at(61), [assessment(b, [finding('PASS')], text('mended'))])
      return scans
    },
  }
  const report = await verifySeals(racing, { now: at(62) })
  expect(report).toMatchObject({ problems: [], excused: 1 })
})

test.each(Object.keys(CASES))('%s: it is named', async (name) => {
  const { tamper, finds } = CASES[name] ?? { tamper: async () => {}, finds: [] }
  await tamper(one)
  const problems = named(await one.verify())
  for (const words of finds)
    expect(problems).toEqual(expect.arrayContaining([expect.stringMatching(new RegExp(words))]))
})
