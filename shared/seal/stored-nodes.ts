import { nodeKey, type StoredFinding, type Transition } from '../findings/records.ts'
import { type FindingItem, knowsItsChange, lastTransition } from '../store/finding-items.ts'
import {
  END_PREFIX,
  FINDING_PREFIX,
  type Key,
  keys,
  type Listing,
  listings,
  nodeOfPk,
  RESTATEMENT_PREFIX,
  TRANSITION_PREFIX,
} from '../store/keys.ts'
import { type TransitionItem, transitionOf } from '../store/transition-items.ts'
import { nameOf } from './gather.ts'
import type { Item } from './leaves.ts'
import { itemName, type SealProblem } from './problems.ts'
import type { SealReader } from './reader.ts'

/** What a finding says, and where it is an item of the table, what its last change was as the item itself has it. */
export type FindingSaid = Pick<
  StoredFinding,
  'ruleId' | 'status' | 'reason' | 'since' | 'severity' | 'message' | 'control' | 'evidenceHash' | 'closed'
> & { scanId: string; own?: Transition; knowsItsChange?: boolean; amiss?: string }

/** What is stored of one node. `amiss`: it does not stand where its content belongs. */
export type StoredNode = {
  pk: string
  changes: { key: Key; change: Transition; amiss?: string }[]
  /** Undefined: they are no part of this. */
  findings: FindingSaid[] | undefined
  restatements: (Item & { amiss?: string })[]
  /** Read after all others. */
  state: Item | undefined
}

export const MISPLACED = 'stands under another key than its own: it was added'
const UNLISTED = 'does not stand in its list where it belongs'

/** Nodes that are read at once. */
const AT_ONCE = 50

/** All nodes that a seal or a list names, of the table or a bundle. Puts what is in a wrong list into `problems`. */
export async function* storedNodes(
  reader: SealReader,
  sealed: Iterable<string>,
  problems: SealProblem[],
): AsyncGenerator<StoredNode> {
  if (!reader.raw) return yield* bundledNodes(reader)
  const pks = new Set<string>()
  for (const name of sealed) if (name.startsWith('NODE#')) pks.add(name.slice(0, name.indexOf('\n')))
  for await (const page of reader.raw.listed())
    for (const entry of page) {
      if (entry.listKey === 'SCANS') continue
      if (isListedAmiss(entry)) problems.push(inWrongList(entry))
      else pks.add(entry.pk)
    }
  const all = [...pks]
  for (let i = 0; i < all.length; i += AT_ONCE) {
    const { raw } = reader
    const some = all.slice(i, i + AT_ONCE)
    const items = await Promise.all(some.map((pk) => raw.ofNode(pk)))
    for (const [n, pk] of some.entries()) yield storedNode(pk, items[n] ?? [])
  }
}

const PREFIXES: [list: string, prefix: string][] = [
  ['FINDINGS#', FINDING_PREFIX],
  ['TRANSITIONS#', TRANSITION_PREFIX],
  ['ENDS#', END_PREFIX],
  ['RESTATEMENTS#', RESTATEMENT_PREFIX],
]

const isListedAmiss = ({ pk, sk, listKey }: Key & Listing): boolean =>
  keys.node(nodeOfPk(pk)).pk !== pk ||
  !PREFIXES.some(([list, prefix]) => listKey.startsWith(list) && sk.startsWith(prefix))

const inWrongList = ({ pk, sk, listKey }: Key & Listing): SealProblem => ({
  kind: 'finding',
  item: `item ${pk} ${sk}`,
  problem: `does not belong into the list ${listKey}: it was added`,
})

/** Tells items apart by their keys, whatever they say of themselves. */
const storedNode = (pk: string, items: Item[]): StoredNode => {
  const of = (prefix: string) => items.filter(({ sk }) => sk.startsWith(prefix))
  const node = nodeOfPk(pk)
  return {
    pk,
    changes: of(TRANSITION_PREFIX).map((item) => {
      const change = transitionOf(item as unknown as TransitionItem)
      const { ruleId, scanId, at } = change
      const isOwn = nameOf(keys.transition(node, ruleId, scanId)) === nameOf(item)
      const key = { pk, sk: item.sk }
      if (!isOwn || change.restates !== undefined) return { key, change, amiss: MISPLACED }
      return isListed(item, listings.transition(node, ruleId, at))
        ? { key, change }
        : { key, change, amiss: UNLISTED }
    }),
    findings: of(FINDING_PREFIX).map((item) => said(item as unknown as FindingItem)),
    restatements: of(RESTATEMENT_PREFIX).map((item) =>
      isListed(item, listings.restatement(node, String(item.ruleId), String(item.at)))
        ? item
        : { ...item, amiss: UNLISTED },
    ),
    state: items.find(({ sk }) => sk === 'STATE'),
  }
}

const isListed = (item: Key, wanted: Listing): boolean => {
  const { listKey, listSort } = item as Partial<Listing> & Key
  return listKey === wanted.listKey && listSort === wanted.listSort
}

const said = (item: FindingItem): FindingSaid => {
  const { pk, sk, finding, since, scanId, evidenceHash, closed } = item
  const { ruleId, status, reason, severity, message, control } = finding
  const node = nodeOfPk(pk)
  const listed =
    closed === undefined ? isListed(item, listings.finding(node, ruleId, status)) : item.listKey === undefined
  const amiss = keys.finding(node, ruleId).sk === sk ? (listed ? undefined : UNLISTED) : MISPLACED
  return {
    ...{ ruleId, status, reason, severity, message, control, since, scanId },
    ...(evidenceHash !== undefined && { evidenceHash }),
    ...(closed !== undefined && { closed }),
    ...{ own: lastTransition(item), knowsItsChange: knowsItsChange(item) },
    ...(amiss !== undefined && { amiss }),
  }
}

/** A bundle holds findings as they are shown. */
async function* bundledNodes(reader: SealReader): AsyncGenerator<StoredNode> {
  const changes = Map.groupBy(
    (await reader.history()).filter(({ restates }) => restates === undefined),
    (each) => keys.node(each).pk,
  )
  const findings = await reader.findings()
  const found = Map.groupBy(findings ?? [], (each) => keys.node(each).pk)
  const restatements = Map.groupBy(await reader.restatements(new Date(0).toISOString()), ({ pk }) => pk)
  const pks = [...new Set([...changes.keys(), ...found.keys(), ...restatements.keys()])]
  const states = new Map(
    (await reader.items(pks.map((pk) => keys.node(nodeOfPk(pk))))).map((item) => [item.pk, item]),
  )
  for (const pk of pks)
    yield {
      pk,
      changes: (changes.get(pk) ?? []).map((change) => ({
        key: keys.transition(change, change.ruleId, change.scanId),
        change,
      })),
      findings: findings && (found.get(pk) ?? []),
      restatements: restatements.get(pk) ?? [],
      state: states.get(pk),
    }
}

/** `finding of 111111111111/eu-central-1/i-0abc etcd-auto-tls-disabled` */
export const findingName = (pk: string, ruleId: string): string =>
  `finding of ${nodeKey(nodeOfPk(pk))} ${ruleId}`

/** What stands under a key by which nobody looks for it, by its name. */
export const misplaced = (kind: 'transition' | 'restatement', key: Key, problem: string): SealProblem => ({
  ...{ kind, item: itemName(kind, key), problem },
})
