import type { ScanRecord } from '../findings/records.ts'
import { type Key, keys, type Listing, listings } from './keys.ts'
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

/** When the newest closed scan closed; undefined before the first. */
export const lastClosedAt = async (table: Table): Promise<string | undefined> => {
  for await (const record of newestFirst(table)) if (record.status === 'closed') return record.closedAt
  return undefined
}

async function* newestFirst(table: Table): AsyncGenerator<ScanRecord> {
  const query = { ...list('SCANS'), ScanIndexForward: false }
  for await (const page of queryPages<Key & Listing>(table, query))
    for (let i = 0; i < page.length; i += SCANS_AT_ONCE) {
      const items = await getItems<ScanItem>(table, page.slice(i, i + SCANS_AT_ONCE))
      yield* items.sort((a, b) => (a.listSort < b.listSort ? 1 : -1)).map(recordOf)
    }
}

const recordOf = ({ pk, sk, listKey, listSort, ...record }: ScanItem): ScanRecord => record
