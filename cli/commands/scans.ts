import type { ScanRecord } from '../../shared/findings/records.ts'
import { renderJson, renderJsonl } from '../../shared/report/json.ts'
import { renderScans } from '../../shared/report/scans-table.ts'
import type { FindingFilter, Store } from '../../shared/store/store.ts'
import { EXIT, type ExitCode } from '../exit-code.ts'
import { type FilterOptions, filterOf } from '../filters.ts'
import { checkOutput, type Globals, painter, printResults } from '../output.ts'
import { readStore } from '../read-store.ts'

/** Prints the scans, newest first; with filters on findings, those that brought a matching change. */
export const scans = async (options: FilterOptions, globals: Globals): Promise<ExitCode> => {
  checkOutput(globals)
  const filter = filterOf(options, new Date())
  const found = await readStore(globals, (store) => matching(store, filter))
  const text = {
    table: () => renderScans(found, painter(globals)),
    json: () => renderJson(found),
    jsonl: () => renderJsonl(found),
  }[globals.format]()
  await printResults(globals, text)
  return EXIT.nothingFails
}

const matching = async (store: Store, { since, ...onFindings }: FindingFilter): Promise<ScanRecord[]> => {
  const recent = (await store.scans()).filter(({ openedAt }) => since === undefined || openedAt >= since)
  if (Object.keys(onFindings).length === 0) return recent
  const ids = new Set(
    (await store.history(onFindings))
      .filter(({ restates }) => restates === undefined)
      .map(({ scanId }) => scanId),
  )
  return recent.filter(({ scanId }) => ids.has(scanId))
}
