/** What `report --format` takes. */
export const REPORT_FORMATS = [
  'html',
  'csv',
  'json',
  'jsonl',
  'markdown',
  'junit',
  'sarif',
  'asff',
  'ocsf',
] as const
export type ReportFormat = (typeof REPORT_FORMATS)[number]

/** Those that have a place for raw evidence. */
export const SAMPLED_FORMATS = ['html', 'json', 'jsonl'] as const satisfies ReportFormat[]

/** Those that say when a finding was first recorded, and that it has left: they read the whole history. */
export const NEEDS_HISTORY = ['asff', 'ocsf'] as const satisfies ReportFormat[]
