import { fleetAt, wasInFleet } from '../../shared/history/past.ts'
import { renderFindings, shortTime } from '../../shared/report/findings-table.ts'
import { inPublishedOrder, renderJson, renderJsonl } from '../../shared/report/json.ts'
import { withPastWaivers } from '../../shared/waivers/waived-findings.ts'
import { EXIT, type ExitCode, exitCodeOf, statusesOf } from '../exit-code.ts'
import { type FilterOptions, filterOf, momentOf } from '../filters.ts'
import { checkOutput, type Globals, painter, printResults, say } from '../output.ts'
import { pastLines, pastRowsOf } from '../past-view.ts'
import { readStore } from '../read-store.ts'

/** Prints the findings as they stood at a moment, which scan answers for it, and what that had not assessed. */
export const findingsAt = async (
  when: string,
  options: FilterOptions & { includeWaived?: boolean },
  globals: Globals,
): Promise<ExitCode> => {
  checkOutput(globals)
  const now = new Date()
  const at = momentOf(when, now)
  const filter = filterOf(options, now)
  const past = await readStore(globals, async (store) => {
    const found = await fleetAt(store, at, filter)
    return found && { ...found, findings: await withPastWaivers(store, found.findings, at) }
  })
  const shown = (past?.findings ?? []).map(inPublishedOrder)
  const { lines, full } = past
    ? pastLines(past)
    : { lines: [`as of ${shortTime(at)}: no scan of the whole fleet had ended yet`], full: false }
  if (globals.format === 'table') {
    const table = past ? renderFindings(pastRowsOf(shown), painter(globals)) : ''
    await printResults(globals, `${table}${lines.join('\n')}\n`)
  } else {
    await printResults(globals, globals.format === 'json' ? renderJson(shown) : renderJsonl(shown))
  }
  if (globals.format !== 'table' || globals.output !== undefined) for (const line of lines) say(line)
  if (!past) return EXIT.notAssessed
  return exitCodeOf(statusesOf(shown.filter(wasInFleet), options.includeWaived), full)
}
