import { gzipSync } from 'node:zlib'
import * as z from 'zod'
import { type Node, nodeKey, type StoredFinding, type Transition } from '../findings/records.ts'
import type { EvidenceSource } from '../history/verify-evidence.ts'
import { matcher } from '../store/filter.ts'
import { type Key, keys } from '../store/keys.ts'
import { recordOf, type ScanItem } from '../store/scans.ts'
import type { StoredSeal } from '../store/seals.ts'
import { EvidenceNotKeptError, type FindingFilter, type KeptRule } from '../store/store.ts'
import { type TransitionItem, transitionOf } from '../store/transition-items.ts'
import type { BundleHeader, BundleLine } from './bundle.ts'
import { canonicalJson } from './canonical.ts'
import { nameOf } from './gather.ts'
import type { Item } from './leaves.ts'
import type { SealReader } from './reader.ts'

/** A bundle in memory. */
export type Bundle = {
  seals: StoredSeal[]
  parts: Map<string, string>
  items: Map<string, Item>
  evidence: Map<string, string>
  /** By record, then by key: of two lines under one key the last one counts, everywhere. */
  of: Map<string, Map<string, Item>>
  waivers: Map<string, { key: Key; item: Item }>
  findings: Map<string, StoredFinding>
}

export const emptyBundle = (): Bundle => ({
  ...{ seals: [], parts: new Map(), items: new Map(), evidence: new Map(), of: new Map() },
  ...{ waivers: new Map(), findings: new Map() },
})

/** Takes a line of a bundle in. What it says is checked against the seals later, and not trusted before. */
export const takeLine = (bundle: Bundle, line: BundleLine): void => {
  if (line.record === 'seal') {
    const { number, hash, scanId, openedAt, sealedAt, manifest } = line
    const gzip = gzipSync(canonicalJson(manifest))
    bundle.seals.push({ number, hash, scanId, openedAt, sealedAt, manifest: gzip })
  } else if (line.record === 'part') bundle.parts.set(line.hash, canonicalJson(line.leaves))
  else if (line.record === 'waiver') {
    const { pk, sk } = line.key
    bundle.waivers.set(nameOf({ pk, sk }), { key: { pk, sk }, item: line.item as Item })
  } else if (line.record === 'finding') {
    const read = findingShape.safeParse(line.finding)
    if (!read.success) return
    const finding = read.data as unknown as StoredFinding
    bundle.findings.set(`${nodeKey(finding)}#${finding.ruleId}`, finding)
  } else if (line.record !== 'end') takeItem(bundle, line)
}

const takeItem = (bundle: Bundle, line: Extract<BundleLine, { item: Key }>): void => {
  const { record, item } = line as { record: string; item: Item }
  const { pk, sk } = item
  const content = 'text' in line ? line.text : undefined
  if (typeof content === 'string') bundle.evidence.set(nameOf({ pk, sk }), content)
  bundle.items.set(nameOf(item), item)
  if (!(shapes[record]?.safeParse(item).success ?? true)) return
  const group = record === 'result' ? `result ${pk}` : record
  const others = bundle.of.get(group) ?? new Map<string, Item>()
  bundle.of.set(group, others.set(nameOf(item), item))
}

const text = z.string()

/** What must hold for an item to be taken for one of its kind. Others are held against the seals, and nothing else. */
const change = z.looseObject({
  ...{ ruleId: text, control: text, severity: text, scanId: text, at: text, to: text },
  ...{ reason: text, message: text, evidenceHash: text.optional(), closed: text.optional() },
  ...{
    from: text.optional(),
    fromReason: text.optional(),
    cluster: text.optional(),
    restates: text.optional(),
  },
  ...{ engineVersion: text.optional(), ruleVersion: text.optional() },
})
const shapes: Record<string, z.ZodType> = {
  transition: change,
  restatement: change,
  scan: z.looseObject({ scanId: text, status: text, openedAt: text, deadlineAt: text }),
  rule: z.looseObject({ ruleId: text, version: text, hash: text }),
}
const findingShape = z.looseObject({
  ...{ account: text, region: text, instanceId: text, ruleId: text, control: text, severity: text },
  ...{ status: text, reason: text, message: text, since: text, scanId: text, evidenceHash: text.optional() },
  ...{ engineVersion: text, ruleVersion: text, cluster: text.optional() },
})

/** A bundle, as verification of seals and of evidence reads it. */
export const bundleReader = (
  bundle: Bundle,
  { scope }: BundleHeader,
): SealReader & { source: EvidenceSource } => {
  const of = <T>(group: string): T[] => [...(bundle.of.get(group)?.values() ?? [])] as unknown as T[]
  const transitions = [...of<TransitionItem>('transition'), ...of<TransitionItem>('restatement')]
    .map(transitionOf)
    .sort((a, b) => (sortKey(a) < sortKey(b) ? -1 : 1))
  const findings = [...bundle.findings.values()]
  const seals = bundle.seals.toSorted((a, b) => b.number - a.number)
  const source: EvidenceSource = {
    history: async (filter) => matching(transitions, filter),
    findings: async (filter) => matching(findings, filter),
    evidence: async (node, hash) => evidence(bundle, node, hash),
    keptRules: async () => of<Item & KeptRule>('rule').map(({ pk, sk, ...rule }) => rule),
  }
  return {
    seals: async function* () {
      yield* seals
    },
    part: async (hash) => {
      const text = bundle.parts.get(hash)
      return text === undefined ? undefined : gzipSync(text)
    },
    items: async (wanted) => wanted.flatMap((key) => itemOf(bundle, key) ?? []),
    results: async (scanId) => of<Item>(`result ${keys.scan(scanId).pk}`),
    waivers: async () => [...bundle.waivers.values()],
    restatements: async () => of<Item>('restatement'),
    scans: async () => of<ScanItem>('scan').map(recordOf),
    history: async () => transitions,
    findings: async () => (scope.seals === undefined ? findings : undefined),
    scope,
    source,
  }
}

const itemOf = (bundle: Bundle, key: Key): Item | undefined => {
  const item = bundle.items.get(nameOf(key))
  const text = bundle.evidence.get(nameOf(key))
  return item && text !== undefined ? { ...item, gzip: gzipSync(text) } : item
}

const evidence = (bundle: Bundle, node: Node, hash: string): unknown => {
  const key = keys.evidence(node, hash)
  const text = bundle.evidence.get(nameOf(key))
  if (text !== undefined) return JSON.parse(text) as unknown
  const item = bundle.items.get(nameOf(key))
  if (item) throw new EvidenceNotKeptError(hash, Number(item.bytes))
  return undefined
}

type Judged = Node & { ruleId: string; control: string }

const matching = <T extends Judged>(all: T[], filter: FindingFilter): T[] => {
  const matches = matcher(filter)
  return all.filter((each) => matches(each))
}

const sortKey = ({ at, ruleId, ...node }: Transition) => `${at}#${nodeKey(node)}#${ruleId}`
