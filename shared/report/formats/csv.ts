import { nodeKey } from '../../findings/records.ts'
import type { AuditFinding } from '../audit-findings.ts'
import type { AuditInstance } from '../audit-population.ts'
import type { AuditReport } from '../audit-report.ts'
import { plainText } from '../plain-text.ts'
import { proofLines } from './proof.ts'

type Row = { instance?: AuditInstance; finding?: AuditFinding; report: AuditReport }

/** In this order; new ones come last. */
const COLUMNS: [title: string, cell: (row: Row) => string | undefined][] = [
  ['account', ({ instance, finding }) => instance?.account ?? finding?.account],
  ['region', ({ instance, finding }) => instance?.region ?? finding?.region],
  ['instance', ({ instance, finding }) => instance?.instanceId ?? finding?.instanceId],
  ['cluster', ({ instance, finding }) => finding?.cluster ?? instance?.cluster],
  ['coverage', ({ instance }) => instance?.state],
  ['why_not_assessed', ({ instance }) => instance?.why],
  ['coverage_detail', ({ instance }) => instance?.detail],
  ['control', ({ finding }) => finding?.control],
  ['rule', ({ finding }) => finding?.ruleId],
  ['severity', ({ finding }) => finding?.severity],
  ['status', ({ finding }) => finding?.status],
  ['stale', ({ finding }) => finding && String(finding.stale)],
  ['reason', ({ finding }) => finding?.reason],
  ['message', ({ finding }) => finding?.message],
  ['since', ({ finding }) => finding?.since],
  ['evidence', ({ finding }) => finding && proofLines(finding).join(' | ')],
  ['evidence_sha256', ({ finding }) => finding?.evidenceHash],
  ['waiver', ({ finding }) => finding?.waived?.id],
  ['waived_until', ({ finding }) => finding?.waived?.until],
  ['waiver_asked_by', ({ finding }) => finding?.waived?.who],
  ['waiver_approved_by', ({ finding }) => finding?.waived?.approvedBy],
  ['waiver_reason', ({ finding }) => finding?.waived?.reason],
  ['waiver_ticket', ({ finding }) => finding?.waived?.ticket],
  ['engine_version', ({ finding }) => finding?.engineVersion],
  ['rule_version', ({ finding }) => finding?.ruleVersion],
  ['as_of', ({ report }) => report.at],
  ['scan', ({ report }) => report.scan.scanId],
  ['scan_closed', ({ report }) => report.scan.closedAt],
]

/** What a spreadsheet takes for the beginning of a formula; the wide forms too, which some take for the narrow ones. */
const FORMULA = /^[\s]*[=+\-@\t\r\uff1d\uff0b\uff0d\uff20]/

/** A cell of RFC 4180, always quoted; what would be a formula begins with an apostrophe. */
export const csvCell = (text: string): string => {
  const plain = plainText(text, 2000)
  const safe = FORMULA.test(text) || FORMULA.test(plain) ? `'${plain}` : plain
  return `"${safe.replaceAll('"', '""')}"`
}

const csvLine = (cells: string[]): string => `${cells.map(csvCell).join(',')}\r\n`

/** A line for each verdict, and one for each instance that has none, so that every instance stands in it. */
export const reportCsv = (report: AuditReport): string => {
  const byNode = Map.groupBy(report.findings, nodeKey)
  const rows = report.population.flatMap((instance): Row[] => {
    const findings = byNode.get(nodeKey(instance))
    return findings?.map((finding) => ({ instance, finding, report })) ?? [{ instance, report }]
  })
  const titles = csvLine(COLUMNS.map(([title]) => title))
  return titles + rows.map((row) => csvLine(COLUMNS.map(([, cell]) => cell(row) ?? ''))).join('')
}
