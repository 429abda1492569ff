import type { AuditReport } from '../audit-report.ts'
import { shortTime } from '../findings-table.ts'
import { plainText } from '../plain-text.ts'
import { proofLines, staleText, waivedText } from './proof.ts'

/** Text that no renderer of Markdown acts on: no markup, link, mention or HTML comes of it, and no cell ends. */
export const escapeMarkdown = (text: string): string =>
  plainText(text, 1000)
    .replace(/[\\`*_{}[\]()#!|~$^]/g, '\\$&')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    // A bare address becomes a link, and a name after @ is told, unless something stands between.
    .replace(/:(?=\/)|(?<=www)\./gi, (mark) => (mark === ':' ? '&colon;' : '&period;'))
    .replaceAll('@', '@<!-- -->')

/** A line with its values escaped. */
const md = (strings: TemplateStringsArray, ...values: (string | number)[]): string =>
  strings.map((text, i) => text + (i < values.length ? escapeMarkdown(String(values[i])) : '')).join('')

const row = (...cells: (string | number)[]): string =>
  `| ${cells.map((each) => escapeMarkdown(String(each))).join(' | ')} |`

const table = (titles: string[], rows: (string | number)[][]): string[] =>
  rows.length === 0
    ? ['None.', '']
    : [row(...titles), `|${titles.map(() => ' --- |').join('')}`, ...rows.map((cells) => row(...cells)), '']

/** The report for a wiki, a ticket or a pull request: counts, what is open, what was not assessed, and exceptions. */
export const reportMarkdown = (report: AuditReport): string => {
  const { at, scan, coverage, totals, automated, population, findings, exceptions, period, changes } = report
  const { byStatus } = totals
  const open = findings.filter(({ status }) => status === 'FAIL' || status === 'ERROR')
  return [
    '# etcd on self-managed control planes',
    '',
    md`As of ${shortTime(at)}, by scan ${scan.scanId}, closed ${shortTime(scan.closedAt)}. ${coverage.assessed} of ${coverage.total} instances assessed.`,
    md`${totals.findings} verdicts: ${byStatus.FAIL} FAIL (${totals.waived} waived), ${byStatus.ERROR} ERROR, ${byStatus.PASS} PASS, ${byStatus.NOT_APPLICABLE} not applicable; ${totals.stale} are from before that scan.`,
    ...(scan.targetErrors ?? []).map((each) => md`Not fully scanned: ${each}.`),
    '',
    '## Controls',
    '',
    md`CIS Kubernetes ${automated.version}, section ${automated.section}: automated: ${automated.answered} of ${automated.of}.`,
    '',
    ...table(
      ['Control', 'What', 'Pass', 'Fail', 'Waived', 'Error', 'Not applicable'],
      report.controls.map((each) => [
        ...[each.control, each.automated ? each.title : `${each.title} (by hand)`],
        ...(each.automated
          ? [each.pass, each.fail, each.waived, each.error, each.notApplicable]
          : ['', '', '', '', '']),
      ]),
    ),
    '## Open',
    '',
    ...table(
      ['Status', 'Instance', 'Cluster', 'Control', 'Since', 'Message', 'Evidence'],
      open.map((each) => [
        each.waived ? `${each.status} (waived)` : each.status,
        `${each.account}/${each.region}/${each.instanceId}`,
        ...[each.cluster ?? '', each.control, shortTime(each.since)],
        [each.message, staleText(each), waivedText(each)].filter((text) => text !== undefined).join('; '),
        proofLines(each).join(' '),
      ]),
    ),
    '## Not assessed',
    '',
    ...table(
      ['Instance', 'Cluster', 'State', 'Why', 'Detail'],
      population
        .filter(({ state }) => state !== 'assessed')
        .map((each) => [
          `${each.account}/${each.region}/${each.instanceId}`,
          ...[each.cluster ?? '', each.state, each.why ?? '', each.detail ?? ''],
        ]),
    ),
    '## Exceptions',
    '',
    ...table(
      ['Waiver', 'Rule', 'Where', 'Covers', 'Until', 'Asked for by', 'Approved by', 'Reason', 'Ticket'],
      exceptions.map((each) => [
        ...[
          each.id,
          each.rule,
          `${each.scope.kind} ${each.scope.value}`,
          each.covers,
          each.until.slice(0, 10),
        ],
        ...[each.who, each.approvedBy ?? 'nobody else', each.reason, each.ticket],
      ]),
    ),
    ...(period
      ? [
          md`## Changed from ${shortTime(period.from)} to ${shortTime(period.to)}`,
          '',
          ...table(
            ['When', 'Instance', 'Control', 'From', 'To', 'Message'],
            changes.map((each) => [
              ...[shortTime(each.at), `${each.account}/${each.region}/${each.instanceId}`, each.control],
              ...[each.from ?? '', each.closed ? `${each.to} (${each.closed})` : each.to, each.message],
            ]),
          ),
        ]
      : []),
  ].join('\n')
}
