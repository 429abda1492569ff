import type { AuditReport } from '../audit-report.ts'
import { renderJson, renderJsonl } from '../json.ts'

/** The whole model as one document. What nodes said stands in it unchanged, as JSON escapes. */
export const reportJson = (report: AuditReport): string => renderJson(report)

/** The same in lines, each with a `record` that says what it is; the first is the report without its lists. */
export const reportJsonl = (report: AuditReport): string => {
  const { population, controls, findings, exceptions, changes, departed: _, sample, ...head } = report
  const named = (record: string, all: object[]) => all.map((each) => ({ record, ...each }))
  return renderJsonl([
    { record: 'report', ...head, ...(sample && { sample: { ...sample, items: undefined } }) },
    ...named('instance', population),
    ...named('control', controls),
    ...named('finding', findings),
    ...named('exception', exceptions),
    ...named('change', changes),
    ...named('sample', sample?.items ?? []),
  ])
}
