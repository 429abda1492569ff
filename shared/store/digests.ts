import { DIGEST_PREFIX, type Key, keys, type Listing, listings } from './keys.ts'
import { getItem, getItems, list, partition, queryAll } from './read.ts'
import type { Digest } from './store.ts'
import { expiry, type Table, TTL_ATTRIBUTE } from './table.ts'
import { IS_NEW, putIf, updateIf } from './write.ts'

type DigestItem = Key & Partial<Listing> & Digest & { [TTL_ATTRIBUTE]?: number }

export const freezeDigest = async (table: Table, frozen: Digest): Promise<Digest> => {
  const { scanId, route } = frozen
  const listed = frozen.publishedAt === undefined ? listings.digest(scanId, route) : {}
  await putIf(table, { ...keys.digest(scanId, route), ...listed, ...expiry(table), ...frozen }, IS_NEW)
  return (await digest(table, scanId, route)) ?? frozen
}

/** The first publication stands. Throws where nothing was frozen. */
export const markDigestPublished = async (
  table: Table,
  scanId: string,
  route: string,
  at: string,
  messageId: string,
): Promise<void> => {
  const marked = await updateIf(
    table,
    keys.digest(scanId, route),
    { set: { publishedAt: at, messageId }, remove: ['listKey', 'listSort'] },
    { expression: 'attribute_exists(pk) AND attribute_not_exists(#publishedAt)' },
  )
  if (!marked && !(await digest(table, scanId, route)))
    throw new Error(`scan ${scanId} has no digest for ${route}`)
}

/** By scan, then route. */
export const unpublishedDigests = async (table: Table): Promise<Digest[]> => {
  const listed = await queryAll<Key & Listing>(table, list('DIGESTS'))
  const items = await getItems<DigestItem>(table, listed)
  return items
    .filter((item) => item.publishedAt === undefined)
    .sort((a, b) => (a.pk + a.sk < b.pk + b.sk ? -1 : 1))
    .map(digestOf)
}

export const digest = async (table: Table, scanId: string, route: string): Promise<Digest | undefined> => {
  const item = await getItem<DigestItem>(table, keys.digest(scanId, route))
  return item && digestOf(item)
}

export const digestsOf = async (table: Table, scanId: string): Promise<Digest[]> =>
  (await queryAll<DigestItem>(table, partition(keys.scan(scanId).pk, DIGEST_PREFIX))).map(digestOf)

const digestOf = ({ pk, sk, listKey, listSort, [TTL_ATTRIBUTE]: _, ...frozen }: DigestItem): Digest => frozen
