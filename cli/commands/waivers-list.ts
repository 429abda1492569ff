import { renderExceptions } from '../../shared/report/exceptions-table.ts'
import { renderJson, renderJsonl } from '../../shared/report/json.ts'
import { renderWaiverLog, renderWaivers } from '../../shared/report/waivers-table.ts'
import type { Store } from '../../shared/store/store.ts'
import { checkWaivers, type WaiverCheck } from '../../shared/waivers/problems.ts'
import { logOf } from '../../shared/waivers/revisions.ts'
import { withTags } from '../../shared/waivers/waived-findings.ts'
import { stateOf } from '../../shared/waivers/waiver.ts'
import { answer } from '../answer.ts'
import { EXIT, type ExitCode, UsageError } from '../exit-code.ts'
import { momentOf } from '../filters.ts'
import { checkOutput, type Globals, painter, printResults } from '../output.ts'
import { readStore } from '../read-store.ts'
import type { ListOptions } from './waivers.ts'

/** Lists waivers with the number of findings that each covers, or every change of them. */
export const listWaivers = async (options: ListOptions, globals: Globals): Promise<ExitCode> => {
  checkOutput(globals)
  if (options.on !== undefined) return listOn(options.on, globals)
  return options.log ? listLog(options, globals) : listStanding(options, globals)
}

/** A day is asked for by its date; any other time stands for itself. */
const listOn = async (when: string, globals: Globals): Promise<ExitCode> => {
  const to = momentOf(when, new Date())
  const from = /^\d{4}-\d{2}-\d{2}$/.test(when) ? `${when}T00:00:00.000Z` : to
  await answer(
    globals,
    (queries) => queries.exceptionsBetween({ from, to }),
    (found, paint) => renderExceptions(found.exceptions, paint),
    (found) => found.exceptions,
  )
  return EXIT.nothingFails
}

const listStanding = async (options: ListOptions, globals: Globals): Promise<ExitCode> => {
  const at = new Date().toISOString()
  const checks = (await readStore(globals, (store) => checked(store, at))).filter(
    ({ waiver, problems }) =>
      (options.id === undefined ? options.all || !waiver.removed : waiver.id === options.id) &&
      (!options.problems || problems.length > 0),
  )
  if (options.id !== undefined && checks.length === 0 && !options.problems) throw unknown(options.id)
  const shown = checks.map(({ waiver, ...check }) => ({ ...waiver, state: stateOf(waiver, at), ...check }))
  const text = {
    table: () => renderWaivers(shown, painter(globals)),
    json: () => renderJson(shown),
    jsonl: () => renderJsonl(shown),
  }[globals.format]()
  await printResults(globals, text)
  return EXIT.nothingFails
}

const checked = async (store: Store, at: string): Promise<WaiverCheck[]> => {
  const waivers = await store.waivers()
  if (waivers.length === 0) return []
  const rule = [...new Set(waivers.map((waiver) => waiver.rule))]
  const failing = await withTags(store, await store.findings({ status: ['FAIL'], rule }))
  return checkWaivers(waivers, failing, at)
}

const listLog = async ({ id }: ListOptions, globals: Globals): Promise<ExitCode> => {
  const log = logOf(await readStore(globals, (store) => store.waiverRevisions()))
  const entries = id === undefined ? log : log.filter((entry) => entry.id === id)
  if (id !== undefined && entries.length === 0) throw unknown(id)
  const text = {
    table: () => renderWaiverLog(entries, painter(globals)),
    json: () => renderJson(entries),
    jsonl: () => renderJsonl(entries),
  }[globals.format]()
  await printResults(globals, text)
  return EXIT.nothingFails
}

const unknown = (id: string): UsageError =>
  new UsageError(`there is no waiver ${id}; fleet-scanner waivers list --all has their ids`)
