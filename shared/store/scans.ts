import type { ScanRecord } from '../findings/records.ts'
import { timeFrom } from './filter.ts'
import { type Key, keys, type Listing, listings, untilInList } from './keys.ts'
import { getItem, getItems, list, queryPages } from './read.ts'
import { ScanLockedError, type Store } from './store.ts'
import { expiry, type Table, TTL_ATTRIBUTE } from './table.ts'
import { deleteIf, IS_NEW, putIf, updateIf } from './write.ts'

export type ScanItem = Key &
  Listing &
  ScanRecord & {
    [TTL_ATTRIBUTE]?: number
    /** Since when every scan up to this one has listed what ended a failure. Absent: this one was made by a version that does not. */
    endsSince?: string
  }
type LockItem = Key & { scanId: string; execution: string; until: string }

/** Scan records that are read at once, of many, and where the newest is looked for: it is nearly always the first or the second. */
const SCANS_AT_ONCE = 50
const FEW_SCANS = 2

/**
 * The lock comes first, so that a refused scan leaves no record; the time is the scan's own opening time.
 * A scan that has ended stays ended: opening it again takes no lock.
 */
export const openScan = async (table: Table, scan: ScanRecord, execution = scan.scanId): Promise<void> => {
  const known = await getItem<ScanItem>(table, keys.scan(scan.scanId))
  if (known && known.status !== 'open') return
  const locked = await putIf(
    table,
    { ...keys.lock, scanId: scan.scanId, execution, until: scan.deadlineAt },
    {
      expression:
        'attribute_not_exists(pk) OR (#scanId = :scan AND #execution = :execution) OR #until <= :now',
      values: { ':scan': scan.scanId, ':execution': execution, ':now': scan.openedAt },
    },
  )
  if (!locked) {
    const lock = await getItem<LockItem>(table, keys.lock)
    if (lock) throw new ScanLockedError(lock.scanId, lock.until)
    return openScan(table, scan, execution)
  }
  const endsSince = (await endsListedSince(table, scan.openedAt)) ?? scan.openedAt
  await putIf(
    table,
    {
      ...keys.scan(scan.scanId),
      ...listings.scan(scan.scanId, scan.openedAt),
      ...expiry(table, Date.parse(scan.openedAt)),
      ...{ endsSince, ...scan },
    },
    IS_NEW,
  )
}

/**
 * Since when, up to a moment, each change that ended a failure is in the list of those; undefined: not up to then. An
 * earlier version that scans in between breaks the chain.
 */
export const endsListedSince = async (table: Table, at: string): Promise<string | undefined> => {
  const newest = { ...list('SCANS', { to: untilInList(timeFrom(at)) }), ScanIndexForward: false, Limit: 1 }
  for await (const [key] of queryPages<Key>({ ...table, pageSize: 1 }, newest))
    return key && (await getItem<ScanItem>(table, { pk: key.pk, sk: key.sk }))?.endsSince
  return undefined
}

/** How a scan ended stands: a second end with another status changes nothing. Throws where there is no such scan. */
export const closeScan = async (
  table: Table,
  scanId: string,
  end: Parameters<Store['closeScan']>[1],
): Promise<void> => {
  const closed = await updateIf(
    table,
    keys.scan(scanId),
    { set: end },
    {
      expression: 'attribute_exists(pk) AND (#status = :open OR #status = :status)',
      values: { ':open': 'open', ':status': end.status },
    },
  )
  if (!closed && !(await scan(table, scanId))) throw new Error(`there is no scan ${scanId} to close`)
  await deleteIf(table, keys.lock, { expression: '#scanId = :scan', values: { ':scan': scanId } })
}

export const scan = async (table: Table, scanId: string): Promise<ScanRecord | undefined> => {
  const item = await getItem<ScanItem>(table, keys.scan(scanId))
  return item && recordOf(item)
}

export const scans = async (
  table: Table,
  limit = Number.POSITIVE_INFINITY,
  openedBy?: string,
): Promise<ScanRecord[]> => {
  const found: ScanRecord[] = []
  if (limit <= 0) return found
  for await (const record of newestFirst(table, openedBy, Math.min(limit, SCANS_AT_ONCE)))
    if (found.push(record) >= limit) break
  return found
}

/** Whether the scan has said of every instance what it is: what the fleet's state may be read from. */
export const isWhole = ({ status, only }: ScanRecord): boolean => status === 'closed' && only === undefined

/** When the newest closed scan of the whole fleet closed; undefined before the first. */
export const lastClosedAt = async (table: Table): Promise<string | undefined> => {
  for await (const record of newestFirst(table)) if (isWhole(record)) return record.closedAt
  return undefined
}

/** The newest scan of the whole fleet that had closed by `at`. */
export const scanAt = async (table: Table, at: string): Promise<ScanRecord | undefined> => {
  const moment = timeFrom(at)
  for await (const record of newestFirst(table, moment))
    if (isWhole(record) && record.closedAt !== undefined && record.closedAt <= moment) return record
  return undefined
}

/** `openedBy`: without those that opened later. `atOnce` are read at a time. */
async function* newestFirst(table: Table, openedBy?: string, atOnce = FEW_SCANS): AsyncGenerator<ScanRecord> {
  const range = openedBy === undefined ? {} : { to: untilInList(openedBy) }
  const query = { ...list('SCANS', range), ScanIndexForward: false }
  // Without a bound, a page would hold the keys of thousands of scans for the sake of the newest.
  const bounded = { pageSize: atOnce, ...table }
  for await (const page of queryPages<Key & Listing>(bounded, query))
    for (let i = 0; i < page.length; i += atOnce) {
      const items = await getItems<ScanItem>(table, page.slice(i, i + atOnce))
      yield* items.sort((a, b) => (a.listSort < b.listSort ? 1 : -1)).map(recordOf)
    }
}

export const recordOf = ({
  pk,
  sk,
  listKey,
  listSort,
  [TTL_ATTRIBUTE]: _,
  endsSince: __,
  ...record
}: ScanItem): ScanRecord => record
