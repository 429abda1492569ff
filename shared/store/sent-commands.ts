import { type Key, keys, SENT_PREFIX } from './keys.ts'
import { partition, queryAll } from './read.ts'
import type { SentCommand } from './store.ts'
import { expiry, type Table, TTL_ATTRIBUTE } from './table.ts'
import { ALWAYS, putIf } from './write.ts'

type SentItem = Key & SentCommand & { [TTL_ATTRIBUTE]?: number }

/** A repeated send brings a second, harmless command, which ends by its own delivery timeout: the newest is kept. */
export const putSentCommand = async (table: Table, command: SentCommand): Promise<void> => {
  await putIf(
    table,
    { ...keys.sentCommand(command.scanId, command, command.n), ...expiry(table), ...command },
    ALWAYS,
  )
}

export const sentCommands = async (table: Table, scanId: string): Promise<SentCommand[]> => {
  const items = await queryAll<SentItem>(table, partition(keys.scan(scanId).pk, SENT_PREFIX))
  return items.map(({ pk, sk, [TTL_ATTRIBUTE]: _, ...command }) => command)
}
