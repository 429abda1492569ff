import type { ScanRecord } from '../findings/records.ts'
import type { StoredSeal } from '../store/seals.ts'
import type { Store } from '../store/store.ts'
import { leavesOfScan } from './gather.ts'
import { MANIFEST_VERSION, type Manifest, packManifest, scanInManifest } from './manifest.ts'
import { type Part, partsOf } from './parts.ts'
import { restatementLeaves, ruleLeaves, standingLeaves, waiverLeaves } from './standing.ts'

/** A seal by its place in the chain. */
export type SealName = { number: number; hash: string }

/** What sealing asks of the store. */
export type Sealing = Pick<Store, 'seals' | 'scan' | 'scansBetween' | 'transitionsBetween' | 'scans'>

/** Newest seals that are looked at: for the scan's own, made by an earlier try, and for scans between that have none. */
const SEALS_BACK = 20

/** How often a number may be taken by another before sealing gives up. */
const TRIES = 5

/** A scan may go on after its deadline, to judge what came and to tell of it. After that it has broken off. */
const GRACE_MS = 15 * 60_000

/**
 * Seals a scan that has ended, and before it each earlier one that has ended without a seal, in the order of their opening. The
 * first seal of a table is that of this scan. May be repeated, also after another scan has begun. Returns the scan's seal.
 */
export const sealScans = async (store: Sealing, scanId: string, now: () => Date): Promise<SealName> => {
  const own = await store.scan(scanId)
  if (own === undefined || own.status === 'open') throw new Error(`scan ${scanId} has not ended`)
  if (own.seal) return own.seal
  for (const record of await unsealedBefore(store, own, now())) await sealScan(store, record, now)
  return sealScan(store, own, now)
}

/** Those that opened after the oldest seals that are looked at. One that may still write has its turn later. */
const unsealedBefore = async (store: Sealing, own: ScanRecord, now: Date): Promise<ScanRecord[]> => {
  const seals = await store.seals.newest(SEALS_BACK)
  const [from] = seals.map(({ openedAt }) => openedAt).sort()
  if (from === undefined) return []
  return (await store.scansBetween(from, own.openedAt)).filter(
    (each) => each.scanId !== own.scanId && each.seal === undefined && hasEnded(each, now),
  )
}

/** Every scan that comes to telling records how that ended; a cancelled one may be at it still. */
const hasEnded = ({ status, digest, deadlineAt }: ScanRecord, now: Date): boolean =>
  status !== 'open' &&
  (digest !== undefined || status === 'failed' || Date.parse(deadlineAt) + GRACE_MS <= now.getTime())

/** What was written comes first and the seal after it: a seal never names what is not there. */
const sealScan = async (store: Sealing, record: ScanRecord, now: () => Date): Promise<SealName> => {
  const { scanId, openedAt } = record
  for (let tries = 0; tries < TRIES; tries++) {
    const newest = await store.seals.newest(SEALS_BACK)
    const done = newest.find((each) => each.scanId === scanId)
    if (done) return marked(store, scanId, done)
    const sealedAt = now().toISOString()
    const manifest = await manifestOf(store, record, newest[0], sealedAt)
    const { hash, gzip } = packManifest(manifest)
    const { number } = manifest
    if (await store.seals.put({ number, hash, scanId, openedAt, sealedAt, manifest: gzip }))
      return marked(store, scanId, { number, hash })
  }
  throw new Error(`scan ${scanId} could not be sealed: other seals were made at the same time`)
}

const marked = async ({ seals }: Sealing, scanId: string, { number, hash }: SealName): Promise<SealName> => {
  await seals.mark(scanId, { number, hash })
  return { number, hash }
}

const manifestOf = async (
  store: Sealing,
  record: ScanRecord,
  before: StoredSeal | undefined,
  sealedAt: string,
): Promise<Manifest> => {
  const parts: Manifest['parts'] = []
  for await (const { name, hash, gzip } of allParts(store, record, before)) {
    await store.seals.putPart(hash, gzip)
    parts.push([name, hash])
  }
  return {
    schemaVersion: MANIFEST_VERSION,
    number: (before?.number ?? 0) + 1,
    previous: before?.hash ?? null,
    scan: scanInManifest(record),
    sealedAt,
    historyDays: store.seals.historyDays,
    parts,
  }
}

async function* allParts(
  store: Sealing,
  record: ScanRecord,
  before: StoredSeal | undefined,
): AsyncGenerator<Part> {
  yield* partsOf('scan', leavesOfScan(store, record))
  const isFirst = before === undefined
  // In a new table nothing stands but what this scan has brought.
  if (isFirst && (await store.scans(2, record.openedAt)).length > 1)
    yield* partsOf('standing', standingLeaves(store))
  yield* partsOf('restatements', await restatementLeaves(store, before?.sealedAt))
  yield* partsOf('waivers', await waiverLeaves(store))
  yield* partsOf('rules', await ruleLeaves(store))
}
