import { gzipSync } from 'node:zlib'
import * as z from 'zod'
import { canonicalJson, sha256 } from './canonical.ts'
import { type Leaf, leafSchema } from './leaves.ts'
import { unpack } from './manifest.ts'

/** Leaves in one part: about 60 KB packed, where an item may have 400. */
export const LEAVES_IN_A_PART = 1000

/** Some leaves: stored by the hash of their text, so that the same ones are stored once. */
export type Part = { name: string; hash: string; gzip: Uint8Array }

/** Puts leaves into parts, one part in memory at a time. */
export async function* partsOf(
  name: string,
  leaves: AsyncIterable<Leaf> | Iterable<Leaf>,
  size = LEAVES_IN_A_PART,
): AsyncGenerator<Part> {
  let some: Leaf[] = []
  let n = 0
  const part = (): Part => {
    const text = canonicalJson(some)
    some = []
    return { name: `${name}/${String(++n).padStart(4, '0')}`, hash: sha256(text), gzip: gzipSync(text) }
  }
  for await (const leaf of leaves) if (some.push(leaf) >= size) yield part()
  if (some.length > 0) yield part()
}

const leavesSchema = z.array(leafSchema)

/** The leaves of a part that is as it was sealed; in words, why it is not. */
export const readPart = (gzip: Uint8Array, hash: string): Leaf[] | string => {
  try {
    const text = unpack(gzip)
    if (sha256(text) !== hash) return 'was changed: it does not match its hash'
    return leavesSchema.parse(JSON.parse(text))
  } catch {
    return 'was changed: it cannot be read'
  }
}
