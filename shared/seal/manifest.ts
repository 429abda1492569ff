import { gunzipSync, gzipSync } from 'node:zlib'
import * as z from 'zod'
import type { ScanRecord } from '../findings/records.ts'
import { canonicalJson, sha256 } from './canonical.ts'

export const MANIFEST_VERSION = 1

/** Keeps what is reckoned with it within the times that there are. */
const MOST_DAYS = 100_000

const hash = z.string().regex(/^[0-9a-f]{64}$/)

/** What a seal says of a scan, its parts, and the seal before it. Its hash is that of its canonical JSON. */
export const manifestSchema = z.looseObject({
  schemaVersion: z.literal(MANIFEST_VERSION),
  /** From 1, without a gap. */
  number: z.int().positive(),
  /** The hash of the seal before; null: this one is the first. */
  previous: hash.nullable(),
  /** What stands in the scan's record; the record as a whole is a leaf. */
  scan: z.looseObject({ scanId: z.string(), status: z.string(), openedAt: z.iso.datetime() }),
  sealedAt: z.iso.datetime(),
  /** How many days superseded changes were kept at that time. */
  historyDays: z.int().positive().max(MOST_DAYS),
  /** Name and SHA-256 of each part, in order. */
  parts: z.array(z.tuple([z.string(), hash])),
})
export type Manifest = z.infer<typeof manifestSchema>

/** The fields of a scan's record that a manifest shows. */
export const scanInManifest = (record: ScanRecord): Manifest['scan'] => {
  const { scanId, status, trigger, only, openedAt, closedAt, coverage, findings, changes, engineVersion } =
    record
  return { scanId, status, trigger, only, openedAt, closedAt, coverage, findings, changes, engineVersion }
}

/** A manifest as it is stored, and its hash. */
export const packManifest = (manifest: Manifest): { hash: string; gzip: Uint8Array } => {
  const text = canonicalJson(manifest)
  return { hash: sha256(text), gzip: gzipSync(text) }
}

/** Bounds the memory for what is unpacked: it may come from a file of anybody's. */
const MOST_BYTES_UNPACKED = 64 * 1024 * 1024

/** The text that was packed. Throws what unzipping throws. */
export const unpack = (gzip: Uint8Array): string =>
  gunzipSync(gzip, { maxOutputLength: MOST_BYTES_UNPACKED }).toString('utf8')
