import { gzipSync } from 'node:zlib'
import type { SealBucket } from '../aws/seal-bucket.ts'
import type { StoredSeal } from '../store/seals.ts'
import type { Store } from '../store/store.ts'
import { manifestSchema, unpack } from './manifest.ts'

/** Seals that are written in one go: the newest, and what could not be written before. */
const MOST_AT_ONCE = 25

/** Seals that may fail before the rest waits: what is damaged for good does not take the turn of the others. */
const MOST_FAILED = 100

/** Characters of a seal's hash in the name of its object. */
const HASH_IN_NAME = 16

/** `left`: how many are still to be written; `failed`: in words, what could not be, though its bucket answers. */
export type Written = { written: number; left: number; failed?: string[] }

/**
 * Writes the seals that the bucket has not got: the one of this number first, then those of earlier scans. One that cannot be
 * written keeps no other back; what is left has its turn after the next scan. May be repeated. Throws what the bucket throws
 * for the first.
 */
export const writeToBucket = async (
  { seals }: Pick<Store, 'seals'>,
  write: SealBucket,
  number: number,
  now: () => Date,
): Promise<Written> => {
  // The list may not have the newest yet.
  const waiting = new Set([number, ...(await seals.notInBucket()).sort((a, b) => a - b)])
  const failed: string[] = []
  let [written, done] = [0, 0]
  for (const each of waiting) {
    if (written >= MOST_AT_ONCE || failed.length >= MOST_FAILED) break
    const seal = await seals.seal(each)
    if (seal !== undefined && seal.inBucketAt === undefined) {
      const object = await objectOf(seals, seal).catch(asText)
      const problem =
        typeof object === 'string'
          ? object
          : await write(objectKey(seal), object).then(
              () => undefined,
              (error: unknown) => {
                if (each === number) throw error
                return asText(error)
              },
            )
      if (problem !== undefined) {
        failed.push(`seal ${each}: ${problem}`)
        continue
      }
      await seals.markInBucket(each, now().toISOString())
      written++
    }
    done++
  }
  return { written, left: waiting.size - done, ...(failed.length > 0 && { failed }) }
}

const asText = (error: unknown): string => (error instanceof Error ? error.message : String(error))

/**
 * `seals/0000000001-20260131T120000Z-0123456789abcdef.json.gz`. With the beginning of the seal's hash in it, which nobody
 * knows before the seal is made: what somebody else has put there beforehand has another name, and keeps no seal out.
 */
export const objectKey = ({ number, scanId, hash }: Pick<StoredSeal, 'number' | 'scanId' | 'hash'>): string =>
  `seals/${String(number).padStart(10, '0')}-${scanId}-${hash.slice(0, HASH_IN_NAME)}.json.gz`

/**
 * `{"kind":"fleet-scanner/seal","hash":...,"manifest":{...},"parts":{"<SHA-256>":[leaves]}}`, put together from texts as they are
 * stored: several gzip members after each other are one file, so that nothing large is unpacked.
 */
const objectOf = async (
  { part }: Pick<Store['seals'], 'part'>,
  { hash, manifest }: StoredSeal,
): Promise<Uint8Array> => {
  const { parts } = manifestSchema.parse(JSON.parse(unpack(manifest)))
  const pieces: Uint8Array[] = [
    gzipSync(`{"kind":"fleet-scanner/seal","hash":"${hash}","manifest":`),
    manifest,
    gzipSync(',"parts":{'),
  ]
  for (const [n, name] of [...new Set(parts.map(([, each]) => each))].entries()) {
    const leaves = await part(name)
    if (leaves === undefined) throw new Error(`part ${name} of a seal is not in the table`)
    pieces.push(gzipSync(`${n === 0 ? '' : ','}"${name}":`), leaves)
  }
  return Buffer.concat([...pieces, gzipSync('}}\n')])
}
