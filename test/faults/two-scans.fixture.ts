import { BatchWriteCommand } from '@aws-sdk/lib-dynamodb'
import type { Finding } from '../../shared/findings/finding.ts'
import { digestBodySchema } from '../../shared/report/digest-body.ts'
import { transitionId } from '../../shared/report/digest-covers.ts'
import { tableReader } from '../../shared/seal/reader.ts'
import { verifySeals } from '../../shared/seal/verify-seals.ts'
import { createStore } from '../../shared/store/create-store.ts'
import { FINDING_PREFIX, type Key, TRANSITION_PREFIX } from '../../shared/store/keys.ts'
import type { Digest } from '../../shared/store/store.ts'
import { type TransitionItem, transitionOf } from '../../shared/store/transition-items.ts'
import type { FakeFleet } from '../lambdas/scan.fixture.ts'
import { startTables } from '../store/table.fixture.ts'
import { type Fault, injector } from './injector.ts'
import { HERE, worldOn } from './scan-under-faults.ts'

const BEFORE: FakeFleet = {
  [HERE]: { 'i-breaks': 'PASS', 'i-heals': 'FAIL', 'i-stays': 'PASS', 'i-gone': 'FAIL', 'i-stops': 'PASS' },
}
const AFTER: FakeFleet = {
  [HERE]: {
    'i-breaks': 'FAIL',
    'i-heals': 'PASS',
    'i-stays': 'PASS',
    'i-stops': { skipped: 'stopped' },
    'i-new': 'ERROR',
  },
}
export const FIRST = { scanId: 's1', at: new Date('2026-01-31T12:00:00Z') }
export const SECOND = { scanId: 's2', at: new Date('2026-01-31T13:00:00Z') }
export const THIRD = { scanId: 's3', at: new Date('2026-01-31T14:00:00Z') }

/** DynamoDB's limit of one BatchWriteItem. */
const BATCH = 25

/** Two scans between which much has changed, also the collector: the first is over, the second is to be disturbed. */
export const startTwoScans = async () => {
  const tables = await startTables()
  const first = await tables.newTable()
  await worldOn(tables, first, BEFORE, 'old collector').scan(FIRST)
  const afterFirst = await tables.contentOf(first)

  /** A world at the time of the second scan, on a table of its own. */
  const worldAfterFirst = async () => {
    const name = await tables.newTable()
    for (let i = 0; i < afterFirst.length; i += BATCH) {
      const puts = afterFirst.slice(i, i + BATCH).map((Item) => ({ PutRequest: { Item } }))
      await tables.client.send(new BatchWriteCommand({ RequestItems: { [name]: puts } }))
    }
    const world = worldOn(tables, name, AFTER, 'new collector')
    const stored = async () => withoutGivenNames(await tables.contentOf(name))
    const store = createStore(tables.client, name)
    const unsealed = async () =>
      (await verifySeals(tableReader(store), { now: THIRD.at.toISOString() })).problems
    const end = async () => endOf(await tables.contentOf(name), world.published)
    return { ...world, stored, unsealed, end, store }
  }

  const undisturbedScan = async () => {
    const world = await worldAfterFirst()
    const [faults, judging] = [injector(), injector()]
    const result = await world.scan({ ...SECOND, faults, judging })
    const [end, content] = [await world.end(), await world.stored()]
    return { result, end, content, effects: [...faults.effects], judging: [...judging.effects] }
  }
  return { worldAfterFirst, undisturbed: await undisturbedScan(), stop: tables.stop }
}
export type TwoScans = Awaited<ReturnType<typeof startTwoScans>>

/** Without the names that Systems Manager and SNS give (a call that is repeated gets another), and the hashes over them. */
const withoutGivenNames = (items: Record<string, unknown>[]) =>
  items
    .filter(({ pk }) => !String(pk).startsWith('PART#'))
    .map(({ commandId, messageId, hash, manifest, seal, ...item }) => ({
      ...item,
      ...(commandId !== undefined && { commandId: 'some' }),
      ...(messageId !== undefined && { messageId: 'some' }),
      ...(seal !== undefined && { seal: 'some' }),
    }))

/**
 * What a user is left with: the verdicts, what changed since the first scan, and in which digests that was told. Read
 * from the items of the table, which costs one call.
 */
const endOf = (content: Record<string, unknown>[], published: Digest[]) => {
  const itemsOf = <T>(prefix: string) =>
    content.filter(({ sk }) => String(sk).startsWith(prefix)).map((item) => item as Key & T)
  const findings = itemsOf<{ finding: Finding; closed?: string }>(FINDING_PREFIX).map(
    ({ pk, finding: { status, reason }, closed }) => `${pk} ${status} ${reason} ${closed ?? ''}`,
  )
  const changes = itemsOf<TransitionItem>(TRANSITION_PREFIX)
    .map(transitionOf)
    .filter(({ scanId }) => scanId !== FIRST.scanId)
  const nameOf = (change: { instanceId: string; ruleId: string; from?: string; to: string }) =>
    `${change.instanceId} ${change.ruleId} ${change.from ?? 'new'} -> ${change.to}`
  const told: Record<string, string[]> = Object.fromEntries(changes.map((change) => [nameOf(change), []]))
  for (const { scanId, bodies } of published) {
    const ids = new Set(digestBodySchema.parse(JSON.parse(bodies.default ?? '')).covers.ids)
    for (const change of changes) {
      const digests = told[nameOf(change)]
      if (ids.has(transitionId(change)) && digests && !digests.includes(scanId)) digests.push(scanId)
    }
  }
  return { findings, changes: changes.length, told }
}

/** Runs all cases, many at a time: each mostly waits. */
export const each = async <T>(cases: T[], run: (one: T) => Promise<void>): Promise<void> => {
  const queue = cases.values()
  const worker = async () => {
    for (const one of queue) await run(one)
  }
  await Promise.all(Array.from({ length: 20 }, worker))
}

export const failuresAt = (effects: string[], whens: Fault['when'][]) =>
  effects.flatMap((effect, at) => whens.map((when) => ({ at, when, place: `${when} ${effect}` })))

/** Before each effect, and after the last: after one and before the next are the same to who starts anew. */
export const deaths = (effects: string[]): (Fault & { place: string })[] => [
  ...failuresAt(effects, ['before']),
  { at: effects.length - 1, when: 'after', place: 'at the end' },
]
