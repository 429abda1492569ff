import type { ScanRecord } from '../findings/records.ts'
import type { StoredSeal } from '../store/seals.ts'
import type { Store } from '../store/store.ts'
import { leavesOfScan } from './gather.ts'
import { MANIFEST_VERSION, type Manifest, manifestSchema, packManifest, scanInManifest } from './manifest.ts'
import { type Part, partsOf } from './parts.ts'
import { restatementLeaves, ruleLeaves, standingLeaves, waiverLeaves } from './standing.ts'

/** A seal by its place in the chain. */
export type SealName = { number: number; hash: string }

/** What sealing asks of the store. */
export type Sealing = Pick<Store, 'seals' | 'scan' | 'scansBetween' | 'transitionsBetween' | 'scans'>

/** Newest seals that are looked at, at least: for the scan's own, made by an earlier try, and for scans between that have none. */
const SEALS_BACK = 20

/** How often a number may be taken by another before sealing gives up. */
const TRIES = 5

/** A scan may go on after its deadline, to judge what came and to tell of it. After that it has broken off. */
const GRACE_MS = 15 * 60_000

/** So far back scans are looked for, however many seals were made since: one may wait so long for answers, and is cancelled. */
const BACK_MS = 1440 * 60_000 + 2 * GRACE_MS

/**
 * Seals a scan that has ended, and before it each earlier one that has ended without a seal, in the order of their opening. The
 * first seal of a table is that of this scan. May be repeated, also after another scan has begun. Returns the scan's seal, and
 * in words which earlier scans could not be sealed: one that is damaged keeps no other from its seal.
 */
export const sealScans = async (
  store: Sealing,
  scanId: string,
  now: () => Date,
): Promise<SealName & { failed?: string[] }> => {
  const own = await store.scan(scanId)
  if (own === undefined || own.status === 'open') throw new Error(`scan ${scanId} has not ended`)
  if (own.seal) return own.seal
  const seals = await sealsBack(store, own)
  const failed: string[] = []
  for (const record of await unsealedBefore(store, own, seals, now()))
    await sealScan(store, record, seals, now).catch((error: unknown) => {
      const reason = error instanceof Error ? error.message : String(error)
      failed.push(`scan ${record.scanId} could not be sealed: ${reason}`)
    })
  const seal = await sealScan(store, own, seals, now)
  return failed.length > 0 ? { ...seal, failed } : seal
}

/** The seals that were made as long ago as a scan may wait, and some at least; newest first. */
const sealsBack = async ({ seals }: Sealing, { openedAt }: ScanRecord): Promise<StoredSeal[]> => {
  const from = new Date(Date.parse(openedAt) - BACK_MS).toISOString()
  const found: StoredSeal[] = []
  for await (const seal of seals.all()) {
    if (found.length >= SEALS_BACK && seal.sealedAt < from) break
    found.push(seal)
  }
  return found
}

/** Those that opened after the oldest seals that are looked at. One that may still write has its turn later. */
const unsealedBefore = async (
  store: Sealing,
  own: ScanRecord,
  seals: StoredSeal[],
  now: Date,
): Promise<ScanRecord[]> => {
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
const sealScan = async (
  store: Sealing,
  record: ScanRecord,
  known: StoredSeal[],
  now: () => Date,
): Promise<SealName> => {
  const { scanId, openedAt } = record
  for (let tries = 0; tries < TRIES; tries++) {
    const newest = await store.seals.newest(SEALS_BACK)
    const done = [...newest, ...known].find((each) => each.scanId === scanId)
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
  for await (const { name, hash, gzip } of allParts(store, record, before, sealedAt)) {
    await store.seals.putPart(hash, gzip)
    parts.push([name, hash])
  }
  // What could not be read back is not sealed.
  return manifestSchema.parse({
    schemaVersion: MANIFEST_VERSION,
    number: (before?.number ?? 0) + 1,
    previous: before?.hash ?? null,
    scan: scanInManifest(record),
    sealedAt,
    historyDays: store.seals.historyDays,
    parts,
  })
}

async function* allParts(
  store: Sealing,
  record: ScanRecord,
  before: StoredSeal | undefined,
  sealedAt: string,
): AsyncGenerator<Part> {
  yield* partsOf('scan', leavesOfScan(store, record, sealedAt))
  const isFirst = before === undefined
  // In a new table nothing stands but what this scan has brought.
  if (isFirst && (await store.scans(2, record.openedAt)).length > 1)
    yield* partsOf('standing', standingLeaves(store))
  yield* partsOf('restatements', await restatementLeaves(store, before?.sealedAt))
  yield* partsOf('waivers', await waiverLeaves(store))
  yield* partsOf('rules', await ruleLeaves(store))
}
