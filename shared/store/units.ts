import { type Key, keys } from './keys.ts'
import { getItem } from './read.ts'
import type { Table } from './table.ts'
import { ALWAYS, putIf } from './write.ts'

type UnitItem = Key & { accounts: string[] }

/** The accounts that the last scan saw in an organizational unit; undefined: none did. */
export const unit = async (table: Table, id: string): Promise<string[] | undefined> =>
  (await getItem<UnitItem>(table, keys.unit(id)))?.accounts

/** One scan is open at a time, so the last to write is the newest. */
export const putUnit = async (table: Table, id: string, accounts: string[]): Promise<void> => {
  await putIf(table, { ...keys.unit(id), accounts }, ALWAYS)
}
