import type { Node } from '../findings/records.ts'
import { atOnce } from './at-once.ts'
import type { FindingItem } from './finding-items.ts'
import {
  COMMAND_PREFIX,
  FINDING_PREFIX,
  type Key,
  keys,
  type Listing,
  listings,
  nodeOfPk,
  RESTATEMENT_PREFIX,
  RULES_PK,
  SEALS_PK,
  shardsOf,
  TRANSITION_PREFIX,
  WAIVER_LOG_PREFIX,
  WAIVER_PREFIX,
} from './keys.ts'
import { type NodeItem, nodesOf, readStates } from './node-states.ts'
import { getItem, getItems, list, partition, queryAll, queryPages } from './read.ts'
import type { TargetKey } from './store.ts'
import { HISTORY_DAYS, type Table } from './table.ts'
import { targets } from './targets.ts'
import { appendTransition } from './transition-items.ts'
import { IS_NEW, putIf, updateIf } from './write.ts'

/** A seal as it is stored: `manifest` is its canonical JSON, packed with gzip; `hash` is the SHA-256 of that text. */
export type StoredSeal = {
  number: number
  hash: string
  scanId: string
  /** When its scan was opened. */
  openedAt: string
  sealedAt: string
  manifest: Uint8Array
  /** When it was written to the bucket; absent: it has not been. */
  inBucketAt?: string
}

type SealItem = Key & Partial<Listing> & StoredSeal
type Item = Key & Record<string, unknown>

/** What a scan that broke off has left on its nodes, made whole: the keys of its transitions, and of evidence. */
export type MadeWhole = { transitions: Key[]; evidence: Key[] }

/**
 * Where a scan may have stopped half way: in nodes, those that it wrote of say so themselves; of targets every node is looked
 * at, since a finding is closed before the node tells.
 */
export type Suspects = { nodes: Node[]; broken: TargetKey[] | 'all' }

/** The seals, and the items of the table as they are sealed: with their keys. Nothing of a seal is changed or expires. */
export type SealStore = {
  /** For how long superseded changes are kept, in days. */
  historyDays: number
  /** Newest first. */
  newest(limit: number): Promise<StoredSeal[]>
  /** All of them, newest first. */
  all(): AsyncGenerator<StoredSeal>
  /** False: there is another seal of this number. */
  put(seal: StoredSeal): Promise<boolean>
  putPart(hash: string, gzip: Uint8Array): Promise<void>
  part(hash: string): Promise<Uint8Array | undefined>
  /** Writes the seal's number and hash into the record of its scan. */
  mark(scanId: string, seal: { number: number; hash: string }): Promise<void>
  /** Numbers of seals that the bucket has not got, oldest first. */
  notInBucket(): Promise<number[]>
  seal(number: number): Promise<StoredSeal | undefined>
  markInBucket(number: number, at: string): Promise<void>
  /** The items of these keys, in no order. */
  items(wanted: Key[]): Promise<Item[]>
  /** What a scan has recorded of its commands, by key. */
  results(scanId: string): Promise<Item[]>
  /** Every version of every rule, and every revision of every waiver under the key that it has for good. */
  rules(): Promise<Item[]>
  waivers(): Promise<{ key: Key; item: Item }[]>
  /** What is in the partition of waivers, as it is. */
  waiverItems(): Promise<Item[]>
  /** Every entry of the lists of findings, changes, what ended a failure, restatements and scans, some at a time. */
  listed(): AsyncGenerator<(Key & Listing)[]>
  /** A node's findings, changes, restatements and state in this order of reading, whether listed or not. */
  ofNode(pk: string): Promise<Item[]>
  /** Restatements made at `from` or later, by time and place. */
  restatements(from: string): Promise<Item[]>
  /** What stands of every finding, some at a time. */
  findings(): AsyncGenerator<(Key & { evidenceHash?: string; transition: Key })[]>
  /** Appends the transitions that a scan has left out, and says which those are, and what evidence they rest on. */
  makeWhole(scanId: string, suspects: Suspects): Promise<MadeWhole>
}

export const createSealStore = (table: Table): SealStore => ({
  historyDays: table.historyDays ?? HISTORY_DAYS,
  newest: async (limit) => {
    const found: StoredSeal[] = []
    if (limit <= 0) return found
    for await (const seal of allSeals({ ...table, pageSize: limit })) if (found.push(seal) >= limit) break
    return found
  },
  all: () => allSeals(table),
  put: (seal) => putIf(table, { ...keys.seal(seal.number), ...listings.seal(seal.number), ...seal }, IS_NEW),
  putPart: async (hash, gzip) => {
    await putIf(table, { ...keys.sealPart(hash), gzip }, IS_NEW)
  },
  part: async (hash) => (await getItem<Key & { gzip: Uint8Array }>(table, keys.sealPart(hash)))?.gzip,
  mark: async (scanId, { number, hash }) => {
    const seal = { number, hash }
    await updateIf(table, keys.scan(scanId), { set: { seal } }, { expression: 'attribute_exists(pk)' })
  },
  notInBucket: async () =>
    (await queryAll<Listing>(table, list('SEALS'))).map(({ listSort }) => Number(listSort)),
  seal: async (number) => {
    const item = await getItem<SealItem>(table, keys.seal(number))
    return item && sealOf(item)
  },
  markInBucket: async (number, at) => {
    const change = { set: { inBucketAt: at }, remove: ['listKey', 'listSort'] }
    await updateIf(table, keys.seal(number), change, { expression: 'attribute_exists(pk)' })
  },
  items: (wanted) => getItems<Item>(table, wanted),
  results: (scanId) => queryAll<Item>(table, partition(keys.scan(scanId).pk, COMMAND_PREFIX)),
  rules: () => queryAll<Item>(table, whole(RULES_PK)),
  waivers: () => waivers(table),
  waiverItems: () => queryAll<Item>(table, whole(keys.waiver('').pk)),
  listed: () => listed(table),
  ofNode: async (pk) => [
    ...(await queryAll<Item>(table, between(pk, FINDING_PREFIX, `${TRANSITION_PREFIX}~`))),
    ...(await queryAll<Item>(table, between(pk, RESTATEMENT_PREFIX, `${keys.node(nodeOfPk(pk)).sk}~`))),
  ],
  restatements: (from) => restatements(table, from),
  findings: () => findings(table),
  makeWhole: (scanId, suspects) => makeWhole(table, scanId, suspects),
})

/** Evidence, which is large, is outside of what is asked for. */
const between = (pk: string, from: string, to: string) => ({
  KeyConditionExpression: 'pk = :pk AND sk BETWEEN :from AND :to',
  ExpressionAttributeValues: { ':pk': pk, ':from': from, ':to': to },
  ConsistentRead: true,
})

async function* listed(table: Table): AsyncGenerator<(Key & Listing)[]> {
  const spread = (['FINDINGS', 'TRANSITIONS', 'ENDS', 'RESTATEMENTS'] as const).flatMap(shardsOf)
  for (const each of ['SCANS', ...spread]) yield* queryPages<Key & Listing>(table, list(each))
}

async function* allSeals(table: Table): AsyncGenerator<StoredSeal> {
  const query = { ...whole(SEALS_PK), ScanIndexForward: false }
  for await (const page of queryPages<SealItem>(table, query)) yield* page.map(sealOf)
}

const whole = (pk: string) => ({
  KeyConditionExpression: 'pk = :pk',
  ExpressionAttributeValues: { ':pk': pk },
  ConsistentRead: true,
})

const sealOf = ({ pk, sk, listKey, listSort, ...seal }: SealItem): StoredSeal => seal

const waivers = async (table: Table): Promise<{ key: Key; item: Item }[]> => {
  const { pk } = keys.waiver('')
  const read = (prefix: string) =>
    queryAll<Item & { id: string; revision: number }>(table, partition(pk, prefix))
  const [superseded, standing] = [await read(WAIVER_LOG_PREFIX), await read(WAIVER_PREFIX)]
  const all = [...superseded, ...standing].map((item) => {
    const key = keys.waiverRevision(item.id, item.revision)
    return [key.sk, { key, item }] as const
  })
  // After a write that broke off a revision stands under both keys.
  return [...new Map(all).values()].sort((a, b) => (a.key.sk < b.key.sk ? -1 : 1))
}

const restatements = async (table: Table, from: string): Promise<Item[]> => {
  const pages = await Promise.all(
    shardsOf('RESTATEMENTS').map((shard) => queryAll<Key & Listing>(table, list(shard, { from }))),
  )
  const items = await getItems<Item>(table, pages.flat())
  return items.sort((a, b) => (a.pk + a.sk < b.pk + b.sk ? -1 : 1))
}

async function* findings(table: Table): ReturnType<SealStore['findings']> {
  for (const shard of shardsOf('FINDINGS'))
    for await (const page of queryPages<Key>(table, list(shard)))
      for (let i = 0; i < page.length; i += FINDINGS_AT_ONCE) {
        const items = await getItems<FindingItem>(table, page.slice(i, i + FINDINGS_AT_ONCE))
        yield items
          .sort((a, b) => (a.pk + a.sk < b.pk + b.sk ? -1 : 1))
          .map(({ pk, sk, evidenceHash, change, finding }) => ({
            ...{ pk, sk, transition: keys.transition(nodeOfPk(pk), finding.ruleId, change.scanId) },
            ...(evidenceHash !== undefined && { evidenceHash }),
          }))
      }
}

const FINDINGS_AT_ONCE = 800

const makeWhole = async (table: Table, scanId: string, { nodes, broken }: Suspects): Promise<MadeWhole> => {
  const made: MadeWhole = { transitions: [], evidence: [] }
  const states = await readStates(table, nodes)
  const half = [...states.values()].filter(
    (each) => each.pending === scanId || (each.scanId === scanId && each.evidence !== undefined),
  )
  await atOnce(half, table.slots, (state) => makeNodeWhole(table, scanId, state, made))
  for (const target of broken === 'all' ? await targets(table) : broken) {
    const known = await nodesOf(table, target)
    const all = await readStates(
      table,
      known.map(({ node }) => node),
    )
    await atOnce([...all.values()], table.slots, (state) => makeNodeWhole(table, scanId, state, made))
  }
  return made
}

const makeNodeWhole = async (
  table: Table,
  scanId: string,
  state: NodeItem,
  made: MadeWhole,
): Promise<void> => {
  const isOwn = state.pending === scanId || state.scanId === scanId
  for (const item of await queryAll<FindingItem>(table, partition(state.pk, FINDING_PREFIX))) {
    const { finding, change, evidenceHash } = item
    const node = nodeOfPk(state.pk)
    if (evidenceHash !== undefined && (isOwn || change.scanId === scanId))
      made.evidence.push(keys.evidence(node, evidenceHash))
    if (change.scanId !== scanId) continue
    await appendTransition(table, item)
    made.transitions.push(keys.transition(node, finding.ruleId, scanId))
  }
}
