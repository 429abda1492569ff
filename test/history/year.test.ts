import { PutCommand } from '@aws-sdk/lib-dynamodb'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Transition } from '../../shared/findings/records.ts'
import { fleetAt } from '../../shared/history/past.ts'
import { type Judging, type Verification, verifyEvidence } from '../../shared/history/verify-evidence.ts'
import { createQueries } from '../../shared/queries/queries.ts'
import { createStore } from '../../shared/store/create-store.ts'
import { keys } from '../../shared/store/keys.ts'
import type { Store } from '../../shared/store/store.ts'
import { startTables } from '../store/table.fixture.ts'
import { keepBooks } from './year.books.ts'
import {
  AUTH,
  LIVES,
  liveTheYear,
  nodeOf,
  openedIn,
  PEER_AUTH,
  RELEASES,
  rulesIn,
  WEEKS,
  writtenIn,
  YEAR_ENGINES,
} from './year.fixture.ts'

const END = openedIn(WEEKS)
const books = keepBooks()
let tables: Awaited<ReturnType<typeof startTables>>
let store: Store
let tableName: string
beforeAll(async () => {
  tables = await startTables()
  tableName = await tables.newTable()
  store = createStore(tables.client, tableName, { now: () => new Date(END) })
  await liveTheYear(store)
}, 60_000)
afterAll(() => tables.stop())

const today = { rules: rulesIn(WEEKS), engines: YEAR_ENGINES, engineVersion: '2', at: END }
const verify = (more: Partial<Judging> = {}, source: Partial<Store> = {}) =>
  verifyEvidence({ ...store, ...source }, {}, { ...today, ...more })

const severityOf = (id: string, rule: string) =>
  rule === AUTH && LIVES[id]?.cluster === 'prod' ? 'critical' : 'high'
const BOOKED_FLIPS = books.flips
  .map(({ id, rule, at, verdict, today }) => `${id} ${rule} of ${at}: ${verdict} -> ${today}`)
  .sort()
const flip = ({ instanceId, ruleId, restates, from, fromReason, to, reason }: Transition) =>
  `${instanceId} ${ruleId} of ${restates}: ${from} ${fromReason} -> ${to} ${reason}`
const named = ({ instanceId, ruleId }: { instanceId: string; ruleId: string }) => `${instanceId} ${ruleId}`

describe('at the scans of a year', () => {
  test('every change is one that was seeded, with its cause just where a rule or the engine had moved on', async () => {
    const changed = (await store.history({})).map((each) => {
      const { at, instanceId, ruleId, from, fromReason, to, reason, cause, closed } = each
      const before = from === undefined ? '' : `${from} ${fromReason}`
      return [at, instanceId, ruleId, before, `${to} ${reason}`, cause ?? '', closed ?? ''].join('|')
    })
    const booked = books.changes.map(({ at, id, rule, from = '', to, cause = '', closed = '' }) =>
      [at, id, rule, from, to, cause, closed].join('|'),
    )
    expect(changed.sort()).toEqual(booked.sort())
    const causes = books.changes.flatMap(({ at, cause }) => (cause ? [`${cause} ${at}`] : []))
    expect(new Set(causes)).toEqual(
      new Set([
        `rule ${writtenIn(RELEASES.auth2)}`,
        // One that nobody could reach when the rule moved on.
        `rule ${writtenIn(16)}`,
        `engine ${writtenIn(RELEASES.engine2)}`,
        `rule ${writtenIn(RELEASES.peerAuth2)}`,
      ]),
    )
  })

  test('each version of a rule was kept once', async () => {
    const kept = (await store.keptRules()).map(({ ruleId, version, keptAt }) => [ruleId, version, keptAt])
    expect(kept).toHaveLength(8)
    expect(kept).toContainEqual([AUTH, '1', openedIn(0)])
    expect(kept).toContainEqual([AUTH, '2', openedIn(RELEASES.auth2)])
    expect(kept).toContainEqual([PEER_AUTH, '2', openedIn(RELEASES.peerAuth2)])
  })
})

describe('a year of evidence, judged again', () => {
  test('is what its own versions give, and differs from today just where it was seeded', async () => {
    const verified = await verify()
    expect(verified.differ.map(flip).sort()).toEqual(BOOKED_FLIPS)
    expect(verified).toMatchObject({
      ...{ verdicts: books.statements.length, pieces: books.pieces },
      agree: books.statements.length - books.flips.length,
      ...{ disagree: [], unverifiable: [], changedRules: [] },
    })
    // The seeds are of each kind, so that none of this is empty.
    for (const of of [AUTH, PEER_AUTH, 'etcd-auto-tls-disabled'])
      expect(BOOKED_FLIPS.some((each) => each.includes(of))).toBe(true)
  })

  test('without the engine of before, none of its verdicts agrees, and all are named', async () => {
    const before = books.statements.filter(({ piece }) => piece < RELEASES.engine2)
    const verified = await verify({ engines: { '2': YEAR_ENGINES['2'] } })
    expect(verified.unverifiable.map(named).sort()).toEqual(
      before.map(({ id, rule }) => `${id} ${rule}`).sort(),
    )
    expect(verified.differ.map(flip).sort()).toEqual(BOOKED_FLIPS)
    const flipsSince = books.flips.filter(({ piece }) => piece >= RELEASES.engine2).length
    expect(verified.agree).toBe(books.statements.length - before.length - flipsSince)
  })

  test('of a time when no rules were kept is judged by a rule of today only where its version is the same', async () => {
    const lost = books.statements.filter(
      ({ rule, piece }) =>
        (rule === AUTH && piece < RELEASES.auth2) || (rule === PEER_AUTH && piece < RELEASES.peerAuth2),
    )
    const verified = await verify({}, { keptRules: async () => [] })
    expect(verified.unverifiable.map(named).sort()).toEqual(
      lost.map(({ id, rule }) => `${id} ${rule}`).sort(),
    )
    expect(verified.disagree).toEqual([])
  })

  test('of which one verdict was altered names it, and no other', async () => {
    const at = writtenIn(8)
    const [real] = (await store.history({ instance: ['i-03'], rule: [AUTH] })).filter(
      (each) => each.at === at,
    )
    if (!real) throw new Error('nothing changed there')
    const { instanceId, account, region, ...rest } = real
    const key = keys.transition(nodeOf('i-03'), AUTH, 'week-08')
    const before = (await tables.contentOf(tableName)).find(({ pk, sk }) => pk === key.pk && sk === key.sk)
    const put = (Item: Record<string, unknown>) =>
      tables.client.send(new PutCommand({ TableName: tableName, Item }))
    await put({ ...before, ...rest, to: 'FAIL', reason: 'CLIENT_CERT_AUTH_DISABLED' })
    const verified = await verify()
    await put(before ?? {})
    expect(verified.disagree).toMatchObject([
      {
        ...{ instanceId: 'i-03', ruleId: AUTH, scanId: 'week-08', at, engineVersion: '1', ruleVersion: '1' },
        ...{ said: { status: 'FAIL' }, judged: { status: 'PASS' }, differsIn: ['status', 'reason'] },
      },
    ])
  })
})

describe('a year of evidence, restated', () => {
  let restated: Verification
  let before: Record<string, unknown>[]
  beforeAll(async () => {
    before = await tables.contentOf(tableName)
    restated = await verify({ appendTo: store })
  }, 30_000)

  test('has each difference appended, in the severity of its verdict, and nothing else is touched', async () => {
    expect(restated.differ.map(flip).sort()).toEqual(BOOKED_FLIPS)
    expect(restated.differ.every(({ appended }) => appended)).toBe(true)
    for (const { instanceId, ruleId, severity } of restated.differ)
      expect([instanceId, ruleId, severity]).toEqual([instanceId, ruleId, severityOf(instanceId, ruleId)])
    const after = await tables.contentOf(tableName)
    expect(after).toHaveLength(before.length + BOOKED_FLIPS.length)
    const places = new Set(before.map(({ pk, sk }) => `${pk} ${sk}`))
    expect(after.filter(({ pk, sk }) => places.has(`${pk} ${sk}`))).toEqual(before)
  })

  test('agrees from then on, by its own versions too', async () => {
    expect(await verify({ appendTo: store })).toMatchObject({
      ...{ agree: books.statements.length, disagree: [], differ: [], unverifiable: [] },
    })
  })

  test.each([1, 10, 14, 30, 51])('shows both for the fleet in week %i', async (week) => {
    const past = await fleetAt(store, openedIn(week, 10), {})
    const shown = past?.findings.map((each) => {
      const { instanceId, ruleId, status, reason, restated: later } = each
      return `${instanceId} ${ruleId} ${status} ${reason}${later ? ` restated ${later.status} ${later.reason}` : ''}`
    })
    expect(shown?.sort()).toEqual(books.fleetIn(week).sort())
  })

  test('is what the query for flips says', async () => {
    const queries = createQueries(store)
    const { verdicts, restatements } = await queries.flipsBetween({ from: openedIn(-1), to: END }, {})
    expect(restatements.map(flip).sort()).toEqual(BOOKED_FLIPS)
    const booked = books.changes.filter(({ cause }) => cause !== undefined)
    expect(verdicts.map((each) => `${each.at} ${named(each)} ${each.cause}`).sort()).toEqual(
      booked.map(({ at, id, rule, cause }) => `${at} ${id} ${rule} ${cause}`).sort(),
    )
  })
})
