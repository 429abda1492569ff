import { type Key, keys } from './keys.ts'
import { getItem } from './read.ts'
import type { Settings } from './store.ts'
import type { Table } from './table.ts'
import { ALWAYS, putIf } from './write.ts'

type SettingsItem = Key & Settings

/** As the newest scan has left them; undefined before the first. */
export const settings = async (table: Table): Promise<Settings | undefined> => {
  const item = await getItem<SettingsItem>(table, keys.settings)
  if (item === undefined) return undefined
  const { pk, sk, ...found } = item
  return found
}

/** One scan is open at a time, so the last to write is the newest. */
export const putSettings = async (table: Table, next: Settings): Promise<void> => {
  await putIf(table, { ...keys.settings, ...next }, ALWAYS)
}
