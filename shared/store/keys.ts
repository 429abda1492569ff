import { createHash } from 'node:crypto'
import type { Status } from '../findings/finding.ts'
import { type Node, nodeKey } from '../findings/records.ts'
import type { TargetKey } from './store.ts'

/** Primary key of an item. Case is kept. */
export type Key = { pk: string; sk: string }

/** Place of an item in the list index. */
export type Listing = { listKey: string; listSort: string }

export const FINDING_PREFIX = 'F#'
export const TRANSITION_PREFIX = 'H#'
export const RESTATEMENT_PREFIX = 'R#'
export const END_PREFIX = 'X#'
export const COMMAND_PREFIX = 'C#'
export const DIGEST_PREFIX = 'D#'
export const SENT_PREFIX = 'S#'
export const WAIVER_PREFIX = 'w-'
export const WAIVER_LOG_PREFIX = 'LOG#'

/** The partition of every version of every rule that a scan has judged by. */
export const RULES_PK = 'RULE'

/** How the partitions begin that say what was sent to Security Hub, one a target. */
export const PUSH_PREFIX = 'PUSH#'

/** The partition of all seals: their numbers make them one chain. */
export const SEALS_PK = 'SEAL'

const nodePk = (node: Node) => `NODE#${nodeKey(node)}`
const scanPk = (scanId: string) => `SCAN#${scanId}`
const sealNumber = (number: number) => String(number).padStart(10, '0')

/** The primary key of each kind of item. */
export const keys = {
  lock: { pk: 'LOCK', sk: 'SCAN' } satisfies Key,
  reminder: { pk: 'REMINDER', sk: 'LAST' } satisfies Key,
  flapping: (finding: string): Key => ({ pk: 'FLAPPING', sk: finding }),
  scan: (scanId: string): Key => ({ pk: scanPk(scanId), sk: 'META' }),
  /** A command with more outcomes than fit in one item goes on in parts `#0001`, `#0002`, ... */
  commandResult: (scanId: string, target: TargetKey, n: string, part: number): Key => ({
    pk: scanPk(scanId),
    sk: `${COMMAND_PREFIX}${target.account}#${target.region}#${n}${part === 0 ? '' : `#${String(part).padStart(4, '0')}`}`,
  }),
  sentCommand: (scanId: string, target: TargetKey, n: string): Key => ({
    pk: scanPk(scanId),
    sk: `${SENT_PREFIX}${target.account}#${target.region}#${n}`,
  }),
  digest: (scanId: string, route: string): Key => ({ pk: scanPk(scanId), sk: `${DIGEST_PREFIX}${route}` }),
  unit: (id: string): Key => ({ pk: `UNIT#${id}`, sk: 'STATE' }),
  /** Of every target, in one item. */
  targetNames: { pk: 'TARGETS', sk: 'NAMES' } satisfies Key,
  target: (target: TargetKey): Key => ({ pk: `TARGET#${target.account}#${target.region}`, sk: 'STATE' }),
  node: (node: Node): Key => ({ pk: nodePk(node), sk: 'STATE' }),
  finding: (node: Node, ruleId: string): Key => ({ pk: nodePk(node), sk: `${FINDING_PREFIX}${ruleId}` }),
  transition: (node: Node, ruleId: string, scanId: string): Key => ({
    pk: nodePk(node),
    sk: `${TRANSITION_PREFIX}${ruleId}#${scanId}`,
  }),
  /** The second entry of a transition that ended a failure. */
  end: (node: Node, ruleId: string, scanId: string): Key => ({
    pk: nodePk(node),
    sk: `${END_PREFIX}${ruleId}#${scanId}`,
  }),
  /** The nth restatement of the verdict on this evidence, from 1. */
  restatement: (node: Node, ruleId: string, evidenceHash: string, n: number): Key => ({
    pk: nodePk(node),
    sk: `${RESTATEMENT_PREFIX}${ruleId}#${evidenceHash}#${String(n).padStart(4, '0')}`,
  }),
  evidence: (node: Node, hash: string): Key => ({ pk: nodePk(node), sk: `E#${hash}` }),
  /** All waivers are in one partition: whoever may change them needs rights on nothing else. */
  waiver: (id: string): Key => ({ pk: 'WAIVER', sk: id }),
  waiverRevision: (id: string, revision: number): Key => ({
    pk: 'WAIVER',
    sk: `${WAIVER_LOG_PREFIX}${id}#${String(revision).padStart(4, '0')}`,
  }),
  settings: { pk: 'SETTINGS', sk: 'CURRENT' } satisfies Key,
  /** The nth seal, from 1. */
  seal: (number: number): Key => ({ pk: SEALS_PK, sk: sealNumber(number) }),
  /** A part of seals, by the SHA-256 of its text. */
  sealPart: (hash: string): Key => ({ pk: `PART#${hash}`, sk: 'PART' }),
  /** What was sent to Security Hub of a target, in parts. */
  push: ({ account, region }: TargetKey, part: number): Key => ({
    pk: `${PUSH_PREFIX}${account}#${region}`,
    sk: `SECURITY-HUB#${String(part).padStart(4, '0')}`,
  }),
  /** One version of a rule, as the scans that judged by it had it. */
  rule: (ruleId: string, version: string): Key => ({ pk: RULES_PK, sk: `${ruleId}#${version}` }),
}

/** A list that many nodes write to at once is spread over this many partitions. Changing it needs a migration. */
export const SHARDS = 8

const shardOf = (node: Node) => createHash('sha256').update(nodeKey(node)).digest().readUInt8(0) % SHARDS

/**
 * The lists of the sparse index: targets, scans and transitions by time, digests until published, seals until they are in
 * the bucket, nodes, findings.
 */
export const listings = {
  scan: (scanId: string, openedAt: string): Listing => ({
    listKey: 'SCANS',
    listSort: `${openedAt}#${scanId}`,
  }),
  digest: (scanId: string, route: string): Listing => ({
    listKey: 'DIGESTS',
    listSort: `${scanId}#${route}`,
  }),
  seal: (number: number): Listing => ({ listKey: 'SEALS', listSort: sealNumber(number) }),
  target: ({ account, region }: TargetKey): Listing => ({
    listKey: 'TARGETS',
    listSort: `${account}#${region}`,
  }),
  node: (node: Node, cluster: string | undefined): Listing => ({
    listKey: nodeList(node),
    listSort: `${nodeListPrefix(cluster)}${node.instanceId}`,
  }),
  finding: (node: Node, ruleId: string, status: Status): Listing => ({
    listKey: `FINDINGS#${shardOf(node)}`,
    listSort: `${findingListPrefix(status, ruleId)}${nodeKey(node)}`,
  }),
  transition: (node: Node, ruleId: string, at: string): Listing => ({
    listKey: `TRANSITIONS#${shardOf(node)}`,
    listSort: `${at}#${nodeKey(node)}#${ruleId}`,
  }),
  end: (node: Node, ruleId: string, at: string): Listing => ({
    listKey: `ENDS#${shardOf(node)}`,
    listSort: `${at}#${nodeKey(node)}#${ruleId}`,
  }),
  restatement: (node: Node, ruleId: string, at: string): Listing => ({
    listKey: `RESTATEMENTS#${shardOf(node)}`,
    listSort: `${at}#${nodeKey(node)}#${ruleId}`,
  }),
}

/** The end of a list by time that is looked at: everything of `at` and before. */
export const untilInList = (at: string): string => `${at}~`

export const nodeList = (target: TargetKey): string => `NODES#${target.account}#${target.region}`

/**
 * How the nodes of a cluster begin in their list. Only as much of the name as fits into a key whatever its characters: what is found
 * is held against the whole.
 */
export const nodeListPrefix = (cluster = ''): string => `${cluster.slice(0, 64).toWellFormed()}#`

/** How nodes begin that an earlier version has listed, by their ids alone, until they are next written. */
export const OLD_NODE_PREFIXES = ['i-', 'mi-']

/** How findings of a status (and rule) begin in their list: what makes "open by rule" one range of each shard. */
export const findingListPrefix = (status: Status, ruleId?: string): string =>
  ruleId === undefined ? `${status}#` : `${status}#${ruleId}#`

/** The partitions of a list that is spread. */
export const shardsOf = (list: 'FINDINGS' | 'TRANSITIONS' | 'ENDS' | 'RESTATEMENTS'): string[] =>
  Array.from({ length: SHARDS }, (_, shard) => `${list}#${shard}`)

/** The node whose partition this is. */
export const nodeOfPk = (pk: string): Node => {
  const [account = '', region = '', instanceId = ''] = pk.slice('NODE#'.length).split('/')
  return { account, region, instanceId }
}

/** The transition that an entry of the list of ends leads to. */
export const transitionOfEnd = ({ pk, sk }: Key): Key => ({
  pk,
  sk: `${TRANSITION_PREFIX}${sk.slice(END_PREFIX.length)}`,
})

/** The rule of a finding's, transition's or restatement's sort key. */
export const ruleOfSk = (sk: string): string => sk.split('#')[1] ?? ''
