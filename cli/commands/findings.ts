import { renderFindings } from '../../shared/report/findings-table.ts'
import { inPublishedOrder, renderJson, renderJsonl } from '../../shared/report/json.ts'
import { withWaivers } from '../../shared/waivers/waived-findings.ts'
import { EXIT, type ExitCode, exitCodeOf, statusesOf } from '../exit-code.ts'
import { type FilterOptions, filterOf } from '../filters.ts'
import { coverageOfScan, isInFleet, lastScan, rowsOf } from '../fleet-view.ts'
import { checkOutput, type Globals, painter, printResults, say } from '../output.ts'
import { readStore } from '../read-store.ts'
import { findingsAt } from './findings-at.ts'

export type FindingsOptions = FilterOptions & { at?: string; includeWaived?: boolean }

/** Prints the findings as they stand, or as they stood at a moment, and what was not assessed. */
export const findings = async (options: FindingsOptions, globals: Globals): Promise<ExitCode> => {
  if (options.at !== undefined) return findingsAt(options.at, options, globals)
  checkOutput(globals)
  const filter = filterOf(options, new Date())
  const { all, view } = await readStore(globals, async (store) => ({
    all: await withWaivers(store, await store.findings(filter), new Date().toISOString()),
    view: await lastScan(store),
  }))
  // Who names an instance wants to see it, also when it is gone.
  const shown = (filter.instance ? all : all.filter(isInFleet)).map(inPublishedOrder)
  const coverage = view && coverageOfScan(view)
  const line = coverage
    ? `coverage: ${coverage.line}`
    : 'coverage: nothing was assessed yet; no scan has ended'
  if (globals.format === 'table') {
    await printResults(globals, `${renderFindings(rowsOf(shown), painter(globals))}${line}\n`)
  } else {
    await printResults(globals, globals.format === 'json' ? renderJson(shown) : renderJsonl(shown))
  }
  if (globals.format !== 'table' || globals.output !== undefined) say(line)
  if (!coverage) return EXIT.notAssessed
  return exitCodeOf(statusesOf(shown.filter(isInFleet), options.includeWaived), coverage.full)
}
