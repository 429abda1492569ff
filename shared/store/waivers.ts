import { isDeepStrictEqual } from 'node:util'
import type { Waiver } from '../waivers/waiver.ts'
import { type Key, keys, WAIVER_LOG_PREFIX, WAIVER_PREFIX } from './keys.ts'
import { getItem, partition, queryAll } from './read.ts'
import type { Table } from './table.ts'
import { IS_NEW, putIf } from './write.ts'

type WaiverItem = Key & Waiver

/** Every waiver as it stands, those that were taken back too, by id. */
export const waivers = async (table: Table): Promise<Waiver[]> =>
  (await queryAll<WaiverItem>(table, partition(keys.waiver('').pk, WAIVER_PREFIX))).map(waiverOf)

/**
 * Every revision of every waiver, in the order of their keys: those that were superseded, and those that stand. Nothing
 * of it is ever deleted.
 */
export const waiverRevisions = async (table: Table): Promise<Waiver[]> => {
  const items = await queryAll<WaiverItem>(table, partition(keys.waiver('').pk, WAIVER_LOG_PREFIX))
  const all = [...items.map(waiverOf), ...(await waivers(table))]
  return [...new Map(all.map((each) => [`${each.id} ${each.revision}`, each])).values()]
}

/**
 * Puts a waiver, new or in the place of the revision that was seen. That one is kept first: after a crash between the two
 * writes it is kept early, and nothing is lost. False: somebody else has changed the waiver since it was seen.
 */
export const putWaiver = async (table: Table, next: Waiver, seen: Waiver | undefined): Promise<boolean> => {
  if (seen) await putIf(table, { ...keys.waiverRevision(seen.id, seen.revision), ...seen }, IS_NEW)
  const condition = seen ? { expression: '#revision = :seen', values: { ':seen': seen.revision } } : IS_NEW
  if (await putIf(table, { ...keys.waiver(next.id), ...next }, condition)) return true
  // The write may be a repeat of one whose answer was lost.
  const stands = await getItem<WaiverItem>(table, keys.waiver(next.id))
  return stands !== undefined && isDeepStrictEqual(waiverOf(stands), next)
}

const waiverOf = ({ pk, sk, ...waiver }: WaiverItem): Waiver => waiver
