import { gunzipSync } from 'node:zlib'
import type { Node } from '../findings/records.ts'
import { type Key, keys } from './keys.ts'
import { getItem } from './read.ts'
import { type Assessment, EvidenceNotKeptError } from './store.ts'
import type { Table } from './table.ts'
import { IS_NEW, putIf } from './write.ts'

type EvidenceItem = Key & { bytes: number; gzip?: Uint8Array }

/** Compressed bytes that are kept: DynamoDB's 400 KB an item, with room for keys and attributes. */
const MOST_BYTES = 350 * 1024
/** Bounds the memory for reading evidence back, which came from a node. */
const MOST_BYTES_UNPACKED = 64 * 1024 * 1024

/** Whether evidence is kept, and not its size alone. */
export const isKept = (gzip: Uint8Array): boolean => gzip.byteLength <= MOST_BYTES

/** Keeps evidence under its hash; what is too large leaves only its size. */
export const putEvidence = async (table: Table, { node, evidence }: Assessment): Promise<void> => {
  const { hash, gzip } = evidence
  const kept = isKept(gzip) ? { gzip } : {}
  await putIf(table, { ...keys.evidence(node, hash), bytes: gzip.byteLength, ...kept }, IS_NEW)
}

/** Undefined where none is stored. Throws EvidenceNotKeptError where it was too large to keep. */
export const evidence = async (table: Table, node: Node, hash: string): Promise<unknown> => {
  const item = await getItem<EvidenceItem>(table, keys.evidence(node, hash))
  if (!item) return undefined
  if (!item.gzip) throw new EvidenceNotKeptError(hash, item.bytes)
  const json: unknown = JSON.parse(
    gunzipSync(item.gzip, { maxOutputLength: MOST_BYTES_UNPACKED }).toString('utf8'),
  )
  return json
}
