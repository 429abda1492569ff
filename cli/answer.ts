import { CursorError } from '../shared/queries/cursor.ts'
import type { Freshness } from '../shared/queries/freshness.ts'
import { createQueries, type Queries } from '../shared/queries/queries.ts'
import type { Paint } from '../shared/report/grid.ts'
import { renderJson, renderJsonl } from '../shared/report/json.ts'
import { freshLine } from '../shared/report/time-span.ts'
import { UsageError } from './exit-code.ts'
import { momentOf, sinceOf } from './filters.ts'
import { checkOutput, type Globals, painter, printResults, say } from './output.ts'
import { readStore } from './read-store.ts'

/** The options of a command that asks about a time. */
export type SpanOptions = { from: string; to?: string }

/** The time that the options name, ISO 8601: a date is its begin for `from` and its end for `to`. Throws UsageError. */
export const spanOf = ({ from, to }: SpanOptions, now: Date): { from: string; to: string } => {
  const span = {
    from: named('--from', () => sinceOf(from, now)),
    to: to === undefined ? now.toISOString() : named('--to', () => momentOf(to, now)),
  }
  if (span.from >= span.to) throw new UsageError(`--from ${from} is not before ${to ?? 'now'}`)
  return span
}

const named = (option: string, parse: () => string): string => {
  try {
    return parse()
  } catch (error) {
    if (error instanceof UsageError) throw new UsageError(error.message.replace(/^--\w+/, option))
    throw error
  }
}

/** Asks the table, of the embedded account or of a stack, and prints the answer: as a table, whole, or by lines; and how fresh it is. */
export const answer = async <A extends { fresh: Freshness }>(
  globals: Globals,
  ask: (queries: Queries) => Promise<A>,
  render: (answer: NoInfer<A>, paint: Paint) => string,
  rows: (answer: NoInfer<A>) => unknown[],
): Promise<A> => {
  checkOutput(globals)
  const found = await readStore(globals, (store) => asUserError(() => ask(createQueries(store))))
  const line = freshLine(found.fresh)
  const text = {
    table: () => `${render(found, painter(globals))}${line}\n`,
    json: () => renderJson(found),
    jsonl: () => renderJsonl(rows(found)),
  }[globals.format]()
  await printResults(globals, text)
  if (globals.format !== 'table' || globals.output !== undefined) say(line)
  return found
}

/** A cursor that does not fit is the user's error. */
export const asUserError = async <T>(work: () => Promise<T>): Promise<T> => {
  try {
    return await work()
  } catch (error) {
    if (error instanceof CursorError) throw new UsageError(error.message)
    throw error
  }
}
