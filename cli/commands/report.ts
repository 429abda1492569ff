import { isFullReport } from '../../shared/report/audit-report.ts'
import { shortTime } from '../../shared/report/findings-table.ts'
import { renderReport } from '../../shared/report/formats/render.ts'
import { plainText } from '../../shared/report/plain-text.ts'
import { EXIT, type ExitCode, exitCodeOf, statusesOf } from '../exit-code.ts'
import { checkOutput, type Globals, printResults, say } from '../output.ts'
import { readStore } from '../read-store.ts'
import { questionOf, type ReportOptions } from '../report-options.ts'
import { checkNoPush } from '../report-push-options.ts'
import { readReport } from '../report-read.ts'

/** Writes a report of the fleet at a moment. Where no scan of the whole fleet had ended by then, nothing is written. */
export const report = async (options: ReportOptions, globals: Globals): Promise<ExitCode> => {
  checkNoPush(options)
  checkOutput(globals)
  const now = new Date()
  const question = questionOf(options, globals, now)
  const made = await readStore(globals, (store) => readReport(store, question, now))
  if (!made) {
    say(`as of ${shortTime(question.at)}: no scan of the whole fleet had ended yet; nothing is written`)
    return EXIT.notAssessed
  }
  await printResults(globals, renderReport(made, question.format))
  const { scan, coverage, totals } = made
  say(
    `as of ${shortTime(made.at)}: scan ${plainText(scan.scanId)}, closed ${shortTime(scan.closedAt)}; ${coverage.assessed} of ${coverage.total} assessed; ${totals.findings} findings, ${totals.byStatus.FAIL} FAIL (${totals.waived} waived), ${totals.byStatus.ERROR} ERROR`,
  )
  return exitCodeOf(statusesOf(made.findings, options.includeWaived), isFullReport(made))
}
