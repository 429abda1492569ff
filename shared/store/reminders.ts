import { type Key, keys } from './keys.ts'
import { getItem } from './read.ts'
import type { Reminder } from './store.ts'
import type { Table } from './table.ts'
import { IS_NEW, putIf, updateIf } from './write.ts'

/** When it was last reminded of what is open; undefined: no scan of the fleet has come so far. */
export const reminder = async (table: Table): Promise<Reminder | undefined> => {
  const item = await getItem<Key & Reminder>(table, keys.reminder)
  if (item === undefined) return undefined
  const { at, scanId, baseline } = item
  return { at, scanId, ...(baseline && { baseline }) }
}

/** Records that a scan reminds, where the last reminder is still the one that was seen. False: it is not. */
export const putReminder = async (
  table: Table,
  next: Reminder,
  seen: Reminder | undefined,
): Promise<boolean> => {
  const isPut = await (seen === undefined
    ? putIf(table, { ...keys.reminder, ...next }, IS_NEW)
    : updateIf(
        table,
        keys.reminder,
        { set: { at: next.at, scanId: next.scanId }, remove: ['baseline'] },
        { expression: '#scanId = :seen', values: { ':seen': seen.scanId } },
      ))
  if (isPut) return true
  // The write may be a repeat of one whose answer was lost.
  const stands = await reminder(table)
  return stands?.scanId === next.scanId && stands.baseline === next.baseline
}
