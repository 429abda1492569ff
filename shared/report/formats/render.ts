import type { AuditReport } from '../audit-report.ts'
import { reportAsff } from './asff.ts'
import { reportCsv } from './csv.ts'
import { reportHtml } from './html.ts'
import { reportJson, reportJsonl } from './json.ts'
import { reportJunit } from './junit.ts'
import { reportMarkdown } from './markdown.ts'
import type { ReportFormat } from './names.ts'
import { reportOcsf } from './ocsf.ts'
import { reportSarif } from './sarif.ts'

const RENDERERS: Record<ReportFormat, (report: AuditReport) => string> = {
  html: reportHtml,
  csv: reportCsv,
  json: reportJson,
  jsonl: reportJsonl,
  markdown: reportMarkdown,
  junit: reportJunit,
  sarif: reportSarif,
  asff: reportAsff,
  ocsf: reportOcsf,
}

/** The report in one of its formats, each made from the same model; ends with a line break. */
export const renderReport = (report: AuditReport, format: ReportFormat): string => RENDERERS[format](report)
