import type { Node, ScanRecord, Transition } from '../findings/records.ts'
import { type Key, keys } from '../store/keys.ts'
import type { CommandResult, Store, TargetKey } from '../store/store.ts'
import { evidenceLeaf, type Item, type Leaf, leafOf } from './leaves.ts'
import { isTime, SKEW_MS } from './unsealed-scans.ts'

/** A result as an item of the table. */
type ResultItem = Item & CommandResult

/** Transitions that are read at once. */
const AT_ONCE = 800

/** A scan may go on after its deadline, to judge what came and to tell of it. */
const GRACE_MS = 15 * 60_000

type Sources = Pick<Store, 'seals' | 'transitionsBetween'>

/**
 * A leaf for everything that an ended scan has recorded: itself, its results, its transitions, and the evidence that it stored. What it
 * has left half written on its nodes is made whole first. The same records make the same leaves in the same order. Changes that
 * say another time than the scan's are left out: nobody's clock is so wrong, and their time would excuse what is gone.
 */
export async function* leavesOfScan(
  store: Sources,
  record: ScanRecord,
  sealedAt: string,
): AsyncGenerator<Leaf> {
  const { scanId, openedAt } = record
  for (const item of await store.seals.items([keys.scan(scanId)])) yield leafOf('scan', item)
  const results = (await store.seals.results(scanId)) as ResultItem[]
  const left = await leftBehind(store, record, results)
  const evidence = new Map<string, boolean>()
  let wanted: Key[] = []
  const flush = async (): Promise<Leaf[]> => {
    const leaves = await changesAndEvidence(store, wanted, evidence, { openedAt, sealedAt })
    wanted = []
    evidence.clear()
    return leaves
  }
  for (const result of results) {
    yield leafOf('result', result)
    const { account, region, outcomes, changes } = result
    const node = (instanceId: string): Node => ({ account, region, instanceId })
    for (const { instanceId, evidence: hash, evidenceNotKept } of outcomes)
      if (hash !== undefined)
        evidence.set(nameOf(keys.evidence(node(instanceId), hash)), evidenceNotKept !== true)
    for (const { instanceId, ruleId } of changes)
      wanted.push(keys.transition(node(instanceId), ruleId, scanId))
    if (wanted.length + evidence.size >= AT_ONCE) yield* await flush()
  }
  wanted.push(...left.transitions)
  yield* await flush()
  yield* await looked(store, left.evidence)
}

/**
 * A command that was recorded in full has left nothing behind. One that was given up may have judged before; a target
 * that broke may have stopped anywhere, and so may a scan that did not come to its end.
 */
const leftBehind = async (
  { seals, transitionsBetween }: Sources,
  record: ScanRecord,
  results: ResultItem[],
): Promise<{ transitions: Key[]; evidence: Key[] }> => {
  const { scanId, status, openedAt, deadlineAt } = record
  const unreached = results.flatMap(({ account, region, outcomes }) =>
    outcomes
      .filter(({ state }) => state === 'unreachable')
      .map(({ instanceId }) => ({ account, region, instanceId })),
  )
  const broken = status === 'closed' ? brokenIn(record, results) : 'all'
  const made = await seals.makeWhole(scanId, { nodes: unreached, broken })
  if (broken.length === 0) return made
  const until = new Date(Date.parse(deadlineAt) + GRACE_MS).toISOString()
  const before = new Date(Date.parse(openedAt) - 1).toISOString()
  const listed = (await transitionsBetween(before, until, {})).filter((each) => each.scanId === scanId)
  const known = new Set(
    results.flatMap(({ account, region, changes }) =>
      changes.map(({ instanceId, ruleId }) =>
        nameOf(keys.transition({ account, region, instanceId }, ruleId, scanId)),
      ),
    ),
  )
  const keyOf = (each: Transition) => keys.transition(each, each.ruleId, scanId)
  const all = new Map([...made.transitions, ...listed.map(keyOf)].map((key) => [nameOf(key), key]))
  const transitions = [...all.values()].filter((key) => !known.has(nameOf(key)))
  return { transitions, evidence: made.evidence }
}

/** Targets that broke in a way that nobody has foreseen: they were noted so, or not even that could be done. */
const brokenIn = ({ targetErrors = [] }: ScanRecord, results: ResultItem[]): TargetKey[] => {
  const nameOfTarget = ({ account, region }: TargetKey): string => `${account}/${region}`
  const recorded = new Set(results.map(nameOfTarget))
  const unknown = targetErrors.flatMap((error) => {
    const [, account, region] = /^(\d{12})\/([a-z0-9-]+): /.exec(error) ?? []
    return account && region ? [{ account, region }] : []
  })
  const broken = [
    ...results.filter(({ n }) => n === 'broken'),
    ...unknown.filter((target) => !recorded.has(nameOfTarget(target))),
  ]
  return [
    ...new Map(
      broken.map(({ account, region }) => [nameOfTarget({ account, region }), { account, region }]),
    ).values(),
  ]
}

/** When a scan was opened, and when it was sealed (ISO 8601). */
export type Span = { openedAt: string; sealedAt: string }

/** Whether a change can be of a scan by its time, as far as clocks agree. */
export const isWithin = (at: unknown, { openedAt, sealedAt }: Span): boolean =>
  isTime(at) &&
  Date.parse(at) >= Date.parse(openedAt) - SKEW_MS &&
  Date.parse(at) <= Date.parse(sealedAt) + SKEW_MS

/** Transitions in the order of their keys, then the evidence under them that the outcomes have not named, and what they have. */
const changesAndEvidence = async (
  store: Sources,
  wanted: Key[],
  told: Map<string, boolean>,
  span: Span,
): Promise<Leaf[]> => {
  const items = (await store.seals.items(wanted)).filter(({ at }) => isWithin(at, span)).sort(byKey)
  const under = items.flatMap((item) => {
    if (typeof item.evidenceHash !== 'string' || item.closed !== undefined) return []
    const key = { pk: item.pk, sk: `E#${item.evidenceHash}` }
    return told.has(nameOf(key)) ? [] : [key]
  })
  return [
    ...items.map((item) => leafOf('transition', item)),
    ...[...told].map(([name, kept]) => evidenceLeaf(keyNamed(name), kept)),
    ...(await looked(store, under)),
  ]
}

/** Evidence of which only the key is known: whether it was kept, the table tells. */
export const looked = async ({ seals }: Pick<Store, 'seals'>, wanted: Key[]): Promise<Leaf[]> =>
  (await seals.items(wanted)).sort(byKey).map((item) => evidenceLeaf(item, item.gzip !== undefined))

export const byKey = (a: Key, b: Key): number => (nameOf(a) < nameOf(b) ? -1 : 1)

/** A key as one text. */
export const nameOf = ({ pk, sk }: Key): string => `${pk}\n${sk}`

const keyNamed = (name: string): Key => {
  const [pk = '', sk = ''] = name.split('\n')
  return { pk, sk }
}
