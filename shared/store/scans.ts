import type { ScanRecord } from '../findings/records.ts'
import { timeFrom } from './filter.ts'
import { type Key, keys, type Listing, listings, untilInList } from './keys.ts'
import { getItem, getItems, list, queryPages } from './read.ts'
import { ScanLockedError, type Store } from './store.ts'
import type { Table } from './table.ts'
import { deleteIf, IS_NEW, putIf, updateIf } from './write.ts'

type ScanItem = Key & Listing & ScanRecord
type LockItem = Key & { scanId: string; until: string }

/** How many scan records are read at once: the one that is looked for is nearly always among the newest. */
const SCANS_AT_ONCE = 10

/**
 * The lock comes first, so that a refused scan leaves no record; the time is the scan's own opening time.
 * A scan that has ended stays ended: opening it again takes no lock.
 */
export const openScan = async (table: Table, scan: ScanRecord): Promise<void> => {
  const known = await getItem<ScanItem>(table, keys.scan(scan.scanId))
  if (known && known.status !== 'open') return
  const locked = await putIf(
    table,
    { ...keys.lock, scanId: scan.scanId, until: scan.deadlineAt },
    {
      expression: 'attribute_not_exists(pk) OR #scanId = :scan OR #until <= :now',
      values: { ':scan': scan.scanId, ':now': scan.openedAt },
    },
  )
  if (!locked) {
    const lock = await getItem<LockItem>(table, keys.lock)
    if (lock) throw new ScanLockedError(lock.scanId, lock.until)
    return openScan(table, scan)
  }
  await putIf(
    table,
    { ...keys.scan(scan.scanId), ...listings.scan(scan.scanId, scan.openedAt), ...scan },
    IS_NEW,
  )
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

export const scans = async (table: Table, limit = Number.POSITIVE_INFINITY): Promise<ScanRecord[]> => {
  const found: ScanRecord[] = []
  if (limit <= 0) return found
  for await (const record of newestFirst(table)) if (found.push(record) >= limit) break
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

/** `openedBy`: without those that opened later. */
async function* newestFirst(table: Table, openedBy?: string): AsyncGenerator<ScanRecord> {
  const range = openedBy === undefined ? {} : { to: untilInList(openedBy) }
  const query = { ...list('SCANS', range), ScanIndexForward: false }
  for await (const page of queryPages<Key & Listing>(table, query))
    for (let i = 0; i < page.length; i += SCANS_AT_ONCE) {
      const items = await getItems<ScanItem>(table, page.slice(i, i + SCANS_AT_ONCE))
      yield* items.sort((a, b) => (a.listSort < b.listSort ? 1 : -1)).map(recordOf)
    }
}

const recordOf = ({ pk, sk, listKey, listSort, ...record }: ScanItem): ScanRecord => record
