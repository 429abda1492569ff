import type { StoredFinding } from '../../shared/findings/records.ts'
import { allFindings } from '../../shared/queries/all-findings.ts'
import { currentFindings } from '../../shared/queries/current-findings.ts'
import type { Paging } from '../../shared/queries/queries.ts'
import { renderFindings } from '../../shared/report/findings-table.ts'
import { inPublishedOrder, renderJson, renderJsonl } from '../../shared/report/json.ts'
import type { FindingFilter, Store } from '../../shared/store/store.ts'
import { type Waived, withWaivers } from '../../shared/waivers/waived-findings.ts'
import { asUserError } from '../answer.ts'
import { EXIT, type ExitCode, exitCodeOf, statusesOf, UsageError } from '../exit-code.ts'
import { type FilterOptions, filterOf } from '../filters.ts'
import { coverageOfScan, isInFleet, lastScan, rowsOf } from '../fleet-view.ts'
import { checkOutput, type Globals, painter, printResults, say } from '../output.ts'
import { nextLine, type PagingOptions, pagingOf, sinceAsGiven } from '../paging.ts'
import { readStore } from '../read-store.ts'
import { findingsAt } from './findings-at.ts'

export type FindingsOptions = FilterOptions & PagingOptions & { at?: string; includeWaived?: boolean }

type Found = { all: Waived<StoredFinding>[]; next?: string }

/** Prints the findings as they stand, all or by pages, or as they stood at a moment, and what was not assessed. */
export const findings = async (options: FindingsOptions, globals: Globals): Promise<ExitCode> => {
  const isPaged = options.limit !== undefined || options.cursor !== undefined
  if (options.at !== undefined) {
    if (isPaged)
      throw new UsageError('--limit and --cursor are for findings as they stand; leave them out with --at')
    return findingsAt(options.at, options, globals)
  }
  checkOutput(globals)
  const now = new Date()
  const filter = filterOf(options, now)
  const paging = isPaged ? { ...pagingOf(options), ...sinceAsGiven(options) } : undefined
  const { all, next, view } = await readStore(globals, async (store) => ({
    ...(await asUserError(() => found(store, now.toISOString(), filter, paging))),
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
  if (next !== undefined) say(nextLine(next))
  if (!coverage) return EXIT.notAssessed
  return exitCodeOf(statusesOf(shown.filter(isInFleet), options.includeWaived), coverage.full)
}

/** All of them by node, or a page of them: worst first, then by rule and node. */
const found = async (store: Store, now: string, filter: FindingFilter, paging?: Paging): Promise<Found> => {
  if (!paging) return { all: await withWaivers(store, await allFindings(store, now, filter), now) }
  const { findings: all, next } = await currentFindings(store, now, filter, paging)
  return { all, ...(next !== undefined && { next }) }
}
