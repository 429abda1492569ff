import { nodeKey } from '../../../findings/records.ts'
import type { AuditFinding } from '../../audit-findings.ts'
import type { AuditReport } from '../../audit-report.ts'
import { shortTime } from '../../findings-table.ts'
import { proofLines, staleText, waivedText } from '../proof.ts'
import { type Markup, markup, section, statusMark, table } from './markup.ts'

export const controlsSection = ({ automated, controls }: AuditReport): Markup =>
  section(
    'controls',
    'Controls',
    markup`<p class="big">CIS Kubernetes benchmark ${automated.version}, section ${automated.section} (etcd): automated: ${automated.answered} of ${automated.of}.</p>`,
    table(
      'Every control of the section',
      [
        'Control',
        'What is wanted',
        'Rule',
        'Severity',
        'Pass',
        'Fail',
        'of these waived',
        'Error',
        'Not applicable',
      ],
      controls.map((each) => [
        ...[each.control, each.title],
        ...(each.automated
          ? [`${each.ruleId}, version ${each.ruleVersion}`, each.severity]
          : ['none: by hand', undefined]),
        ...(each.automated
          ? [each.pass, each.fail, each.waived, each.error, each.notApplicable]
          : ['-', '-', '-', '-', '-']),
      ]),
      [4, 5, 6, 7, 8],
    ),
  )

/** Failures first, then what could not be decided, each with what proves it; waived ones come last among the failures. */
export const findingsSection = (report: AuditReport): Markup => {
  const failing = report.findings.filter(({ status }) => status === 'FAIL')
  const undecided = report.findings.filter(({ status }) => status === 'ERROR')
  const shown = [
    ...failing.filter(({ waived }) => !waived),
    ...failing.filter(({ waived }) => waived),
    ...undecided,
  ]
  return section(
    'findings',
    'Findings',
    markup`<p>What fails and what could not be decided, with the piece of evidence that decides. What passes stands in the table of instances.</p>`,
    ...(shown.length === 0
      ? [markup`<p class="none">Nothing fails, and everything could be decided.</p>`]
      : []),
    ...shown.map(findingArticle),
  )
}

const findingArticle = (finding: AuditFinding): Markup => {
  const { status, control, ruleId, severity, reason, message, since, caveats, evidenceHash, restated } =
    finding
  const rows: [string, string | Markup | undefined][] = [
    ['Rule', `${ruleId}, version ${finding.ruleVersion ?? 'unknown'}; severity ${severity}`],
    [
      'Since',
      `${shortTime(since)}${finding.previousStatus === undefined ? '' : `, ${finding.previousStatus} before`}`,
    ],
    ['Judged', `by engine ${finding.engineVersion ?? 'unknown'} in scan ${finding.scanId}`],
    ['Evidence', markup`${proofLines(finding).map((each) => markup`<code>${each}</code><br>`)}`],
    ['SHA-256', evidenceHash === undefined ? 'no evidence was kept' : markup`<code>${evidenceHash}</code>`],
    ['Caveats', caveats.length > 0 ? caveats.join(', ') : undefined],
    ['Stale', staleText(finding)],
    ['Exception', waivedText(finding)],
    [
      'Restated',
      restated && `${restated.status} ${restated.reason}, as judged again on ${shortTime(restated.at)}`,
    ],
  ]
  return markup`<article><h3>${statusMark(status, finding.waived ? `${status} (waived)` : status)} ${control} on ${nodeKey(finding)}${finding.cluster === undefined ? undefined : markup` (${finding.cluster})`}</h3>
<p>${message} <span class="soft">${reason}</span></p>
<dl>${rows.map(([name, value]) => (value === undefined ? markup`` : markup`<dt>${name}</dt><dd>${value}</dd>`))}</dl></article>
`
}

export const exceptionsSection = ({ exceptions }: AuditReport): Markup =>
  section(
    'exceptions',
    'Exceptions',
    markup`<p>Failures that somebody has accepted for a time. They stay failures; they are only not alerted on.</p>`,
    table(
      'Every exception',
      [
        'Exception',
        'Rule',
        'Where',
        'Covers',
        'In force',
        'From',
        'Until',
        'Asked for by',
        'Approved by',
        'Reason',
        'Ticket',
      ],
      exceptions.map((each) => [
        ...[each.id, each.rule, `${each.scope.kind} ${each.scope.value}`, each.covers],
        each.inForce
          ? 'yes'
          : each.removed
            ? `taken back ${shortTime(each.removed.at)} by ${each.removed.by}`
            : 'no: it has ended',
        ...[shortTime(each.createdAt), each.until.slice(0, 10), each.who, each.approvedBy ?? 'nobody else'],
        ...[each.reason, each.ticket],
      ]),
      [3],
    ),
  )

/** Only where a period was asked for. */
export const changesSection = ({ period, changes }: AuditReport): Markup[] =>
  period
    ? [
        section(
          'changes',
          'What changed',
          markup`<p>From ${shortTime(period.from)} to ${shortTime(period.to)}: ${changes.length} changes.</p>`,
          table(
            'Every change, oldest first',
            ['When', 'Instance', 'Control', 'From', 'To', 'Reason', 'Message'],
            changes.map((each) => [
              ...[shortTime(each.at), nodeKey(each), each.control],
              each.from ? statusMark(each.from) : '-',
              markup`${statusMark(each.to)}${each.closed && markup` (closed: ${each.closed})`}${each.restates && markup` (restates ${shortTime(each.restates)})`}`,
              ...[each.reason, each.message],
            ]),
          ),
        ),
      ]
    : []
