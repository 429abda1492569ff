import type { Transition } from '../findings/records.ts'
import { type Key, keys, nodeOfPk } from '../store/keys.ts'
import type { Store } from '../store/store.ts'
import { TTL_ATTRIBUTE } from '../store/table.ts'
import { ENGINE_VERSION } from '../version.ts'
import { BUNDLE_KIND, BUNDLE_VERSION, type BundleHeader, type BundleLine } from './bundle.ts'
import { type Link, readChain } from './chain.ts'
import { nameOf } from './gather.ts'
import type { Item, LeafKind } from './leaves.ts'
import { unpack } from './manifest.ts'
import { readPart } from './parts.ts'
import { holdsNode, holdsSeal, type SealScope } from './reader.ts'

/** What to export: seals of scans that opened between two moments (ISO 8601), and items of some instances; without: all. */
export type Wanted = { from?: string; to?: string; instances?: string[] }

/** What is read at once. */
const AT_ONCE = 500

type Exported = { store: Store; scope: SealScope; written: Set<string> }

/**
 * Everything that verifying without the table needs, line by line. Seals are all there whatever is wanted: they are the chain.
 * What has expired is left out, and an item that was altered goes out as it is. Undefined: no seal is in the span.
 */
export const exportBundle = async (
  store: Store,
  wanted: Wanted,
  { now, version }: { now: string; version: string },
): Promise<{ header: BundleHeader; lines: AsyncGenerator<BundleLine> } | undefined> => {
  const chain = await readChain({ seals: () => store.seals.all() }, [])
  const scope = scopeOf(chain, wanted)
  if (scope === undefined) return undefined
  const [head] = chain
  const header: BundleHeader = {
    ...{ record: 'bundle', kind: BUNDLE_KIND, schemaVersion: BUNDLE_VERSION, exportedAt: now },
    versions: { fleetScanner: version, engine: ENGINE_VERSION },
    head: head
      ? {
          ...{ number: head.number, hash: head.hash },
          ...{ scanId: head.manifest.scan.scanId, sealedAt: head.manifest.sealedAt },
        }
      : null,
    historyDays: store.seals.historyDays,
    scope,
  }
  return { header, lines: allLines({ store, scope, written: new Set() }, chain) }
}

const scopeOf = (chain: Link[], { from, to, instances }: Wanted): SealScope | undefined => {
  const some = instances === undefined ? {} : { instances }
  if (from === undefined && to === undefined) return some
  const inSpan = chain
    .filter(({ manifest: { scan } }) => (from ?? '') <= scan.openedAt && scan.openedAt <= (to ?? '9999'))
    .map(({ number }) => number)
  if (inSpan.length === 0) return undefined
  return { seals: { from: Math.min(...inSpan), to: Math.max(...inSpan) }, ...some }
}

async function* allLines(exported: Exported, chain: Link[]): AsyncGenerator<BundleLine> {
  const { store, scope, written } = exported
  for await (const { manifest, inBucketAt: _, ...seal } of store.seals.all())
    yield { record: 'seal', ...seal, manifest: readable(manifest) }
  for (const link of chain) if (holdsSeal(scope, link.number)) yield* linesOfSeal(exported, link)
  if (scope.seals === undefined) yield* linesOutsideOfSeals(exported)
  for (const item of await store.seals.rules()) if (isNew(written, item)) yield line('rule', item)
  for (const { key, item } of await store.seals.waivers()) yield { record: 'waiver', key, item: kept(item) }
  for (const item of await store.seals.restatements(new Date(0).toISOString()))
    if (isHere(scope, item) && isNew(written, item)) yield line('restatement', item)
  yield { record: 'end' }
}

/** A manifest that was altered may be no JSON any more. */
const readable = (gzip: Uint8Array): unknown => {
  try {
    return JSON.parse(unpack(gzip))
  } catch {
    return null
  }
}

async function* linesOfSeal(exported: Exported, { manifest }: Link): AsyncGenerator<BundleLine> {
  const { store, scope, written } = exported
  const { scanId } = manifest.scan
  for (const item of await store.seals.results(scanId)) if (isNew(written, item)) yield line('result', item)
  for (const [, hash] of manifest.parts) {
    if (!isNew(written, { pk: 'part', sk: hash })) continue
    const gzip = await store.seals.part(hash)
    const leaves = gzip && readPart(gzip, hash)
    if (leaves === undefined) continue
    yield { record: 'part', hash, leaves: typeof leaves === 'string' ? null : leaves }
    if (typeof leaves === 'string') continue
    const wanted = leaves
      .filter(([kind]) => kind !== 'waiver' && kind !== 'result')
      .map(([kind, pk, sk]) => ({ kind, pk, sk }))
      .filter((key) => isHere(scope, key))
    for (let i = 0; i < wanted.length; i += AT_ONCE)
      yield* linesOfItems(exported, wanted.slice(i, i + AT_ONCE))
  }
}

async function* linesOfItems(
  { store, written }: Exported,
  wanted: (Key & { kind: LeafKind | 'node' })[],
): AsyncGenerator<BundleLine> {
  const kinds = new Map(wanted.map((each) => [nameOf(each), each.kind]))
  for (const item of await store.seals.items(wanted.filter((key) => !written.has(nameOf(key)))))
    if (isNew(written, item)) yield line(kinds.get(nameOf(item)) ?? 'node', item)
}

/** What no seal names: from before the first, of a scan that is under way, and what stands of each finding. */
async function* linesOutsideOfSeals(exported: Exported): AsyncGenerator<BundleLine> {
  const { store, scope } = exported
  const filter = scope.instances ? { instance: scope.instances } : {}
  const scans = (await store.scans()).map(({ scanId }) => ({ kind: 'scan' as const, ...keys.scan(scanId) }))
  const changes = (await store.history(filter)).filter(({ restates }) => restates === undefined)
  const findings = await store.findings(filter)
  const evidenceOf = (each: Pick<Transition, 'account' | 'region' | 'instanceId' | 'evidenceHash'>) =>
    each.evidenceHash === undefined
      ? []
      : [{ kind: 'evidence' as const, ...keys.evidence(each, each.evidenceHash) }]
  const wanted = [
    ...scans,
    ...changes.map((each) => ({
      kind: 'transition' as const,
      ...keys.transition(each, each.ruleId, each.scanId),
    })),
    ...[...changes, ...findings].flatMap(evidenceOf),
    ...findings.map((each) => ({ kind: 'node' as const, ...keys.node(each) })),
  ]
  for (let i = 0; i < wanted.length; i += AT_ONCE) yield* linesOfItems(exported, wanted.slice(i, i + AT_ONCE))
  for (const finding of findings) yield { record: 'finding', finding: { ...finding } }
}

const isHere = (scope: SealScope, { pk }: Key): boolean =>
  !pk.startsWith('NODE#') || holdsNode(scope, nodeOfPk(pk))

const isNew = (written: Set<string>, key: Key): boolean => {
  const name = nameOf(key)
  if (written.has(name)) return false
  written.add(name)
  return true
}

const kept = ({ [TTL_ATTRIBUTE]: _, ...item }: Item): Item => item as Item

const line = (record: LeafKind | 'node', item: Item): BundleLine => {
  if (record === 'evidence') return evidenceLine(item)
  if (record === 'waiver') return { record, key: item, item: kept(item) }
  return { record, item: kept(item) }
}

/** Evidence that cannot be unpacked has no text, and its size is there all the same: that is how it was altered. */
const evidenceLine = ({ gzip, ...item }: Item): BundleLine => {
  if (!(gzip instanceof Uint8Array)) return { record: 'evidence', item: kept(item as Item) }
  try {
    return { record: 'evidence', item: kept(item as Item), text: unpack(gzip) }
  } catch {
    return { record: 'evidence', item: kept(item as Item), text: '' }
  }
}
