import type { Transition } from '../findings/records.ts'
import { COMMAND_PREFIX, type Key, keys } from './keys.ts'
import { getItems, partition, queryAll } from './read.ts'
import type { CommandResult, TargetKey } from './store.ts'
import { expiry, type Table, TTL_ATTRIBUTE } from './table.ts'
import { type TransitionItem, transitionOf } from './transition-items.ts'
import { IS_NEW, putIf } from './write.ts'

export type ResultItem = Key & CommandResult & { [TTL_ATTRIBUTE]?: number }

/** Outcomes in one item: a target with thousands of unreachable instances would pass DynamoDB's 400 KB. */
const OUTCOMES_PER_ITEM = 500

/** Changes in one item: a thousand instances that leave close several findings each. One command's fit in one. */
const CHANGES_PER_ITEM = 1500

/**
 * The first record of a command stands. Of several parts the first is written last: while it is not there the record is
 * not, and a put that broke off is repeated as a whole.
 */
export const putCommandResult = async (table: Table, result: CommandResult): Promise<void> => {
  const { scanId, n } = result
  const parts = Math.max(
    1,
    Math.ceil(result.outcomes.length / OUTCOMES_PER_ITEM),
    Math.ceil(result.changes.length / CHANGES_PER_ITEM),
  )
  // Parts of another record must not go on after the one that stands.
  if (parts > 1 && (await commandResult(table, scanId, result, n)) !== undefined) return
  for (let part = parts - 1; part >= 0; part--) {
    const outcomes = result.outcomes.slice(part * OUTCOMES_PER_ITEM, (part + 1) * OUTCOMES_PER_ITEM)
    const changes = result.changes.slice(part * CHANGES_PER_ITEM, (part + 1) * CHANGES_PER_ITEM)
    const key = keys.commandResult(scanId, result, n, part)
    await putIf(table, { ...key, ...expiry(table), ...result, outcomes, changes }, IS_NEW)
  }
}

export const commandResults = async (table: Table, scanId: string): Promise<CommandResult[]> =>
  joined(await queryAll<ResultItem>(table, partition(keys.scan(scanId).pk, COMMAND_PREFIX)))

/** The record of one command; undefined until it is written whole. */
export const commandResult = async (
  table: Table,
  scanId: string,
  target: TargetKey,
  n: string,
): Promise<CommandResult | undefined> => {
  const { pk, sk } = keys.commandResult(scanId, target, n, 0)
  const items = await queryAll<ResultItem>(table, partition(pk, sk))
  if (!items.some((item) => item.sk === sk)) return undefined
  return joined(items.filter((item) => item.n === n))[0]
}

/** The parts of each record put together. */
export const joined = (items: ResultItem[]): CommandResult[] => {
  const results = new Map<string, CommandResult>()
  for (const { pk, sk, [TTL_ATTRIBUTE]: _, ...part } of items) {
    const name = `${part.account}#${part.region}#${part.n}`
    const before = results.get(name)
    const outcomes = [...(before?.outcomes ?? []), ...part.outcomes]
    const changes = [...(before?.changes ?? []), ...part.changes]
    results.set(name, { ...part, outcomes, changes })
  }
  return [...results.values()]
}

/** Of an old scan, without those that have expired. */
export const transitionsOf = async (table: Table, scanId: string): Promise<Transition[]> => {
  const results = await commandResults(table, scanId)
  const wanted = results.flatMap(({ account, region, changes }) =>
    changes.map(({ instanceId, ruleId }) => keys.transition({ account, region, instanceId }, ruleId, scanId)),
  )
  const items = await getItems<TransitionItem>(table, wanted)
  return items.sort((a, b) => (a.pk + a.sk < b.pk + b.sk ? -1 : 1)).map(transitionOf)
}
