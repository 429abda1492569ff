import * as z from 'zod'
import type { Key } from '../store/keys.ts'
import { TTL_ATTRIBUTE } from '../store/table.ts'
import { hashOf } from './canonical.ts'

/** What a leaf speaks of. */
export const LEAF_KINDS = [
  'scan',
  'result',
  'transition',
  'evidence',
  'restatement',
  'waiver',
  'rule',
] as const
export type LeafKind = (typeof LEAF_KINDS)[number]

/** An item as the table holds it. */
export type Item = Key & Record<string, unknown>

/**
 * One sealed item: kind, key, SHA-256 of its content, and a time (ISO 8601). Of a scan and a result that is when it expires, of
 * a transition when the change was made: it expires once another has superseded it. Without one an item never expires.
 * The content of evidence is the text that its key names the hash of; an empty hash: it was too large to keep.
 */
export const leafSchema = z.tuple([
  z.enum(LEAF_KINDS),
  z.string(),
  z.string(),
  z.string().regex(/^([0-9a-f]{64})?$/),
  z.iso.datetime().nullable(),
])
export type Leaf = z.infer<typeof leafSchema>

/** The attributes of a scan's record that are written after it was sealed. */
const AFTER_THE_SEAL = new Set([TTL_ATTRIBUTE, 'digest', 'seal'])

/** SHA-256 of what must never change in an item. A waiver stands under two keys, one after the other. */
export const contentHash = (kind: LeafKind, item: Item): string => {
  if (kind === 'waiver') {
    const { pk: _, sk: __, ...waiver } = item
    return hashOf(waiver)
  }
  const left = kind === 'scan' ? AFTER_THE_SEAL : new Set([TTL_ATTRIBUTE])
  return hashOf(Object.fromEntries(Object.entries(item).filter(([name]) => !left.has(name))))
}

/** The leaf of an item, which is under this key once it is there for good. */
export const leafOf = (kind: LeafKind, item: Item, key: Key = item): Leaf => [
  kind,
  key.pk,
  key.sk,
  contentHash(kind, item),
  timeOf(kind, item),
]

/** The year 9999: beyond it nothing that is kept expires. */
const MOST_SECONDS = 253_402_300_799

const timeOf = (kind: LeafKind, item: Item): string | null => {
  const expires = item[TTL_ATTRIBUTE]
  if (
    (kind === 'scan' || kind === 'result') &&
    typeof expires === 'number' &&
    Math.abs(expires) <= MOST_SECONDS
  )
    return new Date(expires * 1000).toISOString()
  return kind === 'transition' && typeof item.at === 'string' ? item.at : null
}

/** The leaf of evidence, whose content its own key names. */
export const evidenceLeaf = ({ pk, sk }: Key, kept: boolean): Leaf => [
  'evidence',
  pk,
  sk,
  kept ? sk.slice('E#'.length) : '',
  null,
]
