import type { Severity } from '../../../shared/findings/finding.ts'
import type { Change } from '../../../shared/queries/changes.ts'
import { NO_CLUSTER } from '../../../shared/queries/groups.ts'
import { type Html, html } from '../../html.ts'
import { severityMark, stateBadge, statusBadge } from '../../parts/badge.ts'
import { countLink, findingPath, findingsPath, instanceLink, quietCount } from '../../parts/links.ts'
import { table } from '../../parts/table.ts'
import { time } from '../../parts/time.ts'
import type { InstancesAnswer, OpenOfCluster, SummaryAnswer } from '../answers.ts'

const COUNTS = ['FAIL', 'of it waived', 'ERROR'].map((title) => ({ title, number: true }))
const SEVERITIES: Severity[] = ['critical', 'high', 'medium', 'low']

/** What is open by severity; every severity has its line, since none is an answer too. */
export const bySeverity = ({ bySeverity }: SummaryAnswer): Html =>
  table({
    caption: 'What is open by severity',
    quiet: true,
    columns: ['Severity', ...COUNTS],
    rows: SEVERITIES.map((severity) => {
      const { FAIL = 0, ERROR = 0, waived = 0 } = bySeverity[severity] ?? {}
      return [
        severityMark(severity),
        countLink(FAIL, { status: 'FAIL', severity, waived: 1 }),
        quietCount(waived),
        countLink(ERROR, { status: 'ERROR', severity }),
      ]
    }),
    empty: '',
  })

/** More clusters than this are for the list of findings. */
const MOST_CLUSTERS = 15

export const byCluster = ({ byCluster }: SummaryAnswer): Html =>
  html`${table({
    caption: 'What is open by cluster, the worst first',
    quiet: true,
    columns: ['Cluster', 'Worst', ...COUNTS],
    rows: byCluster
      .toSorted((a, b) => unwaived(b) - unwaived(a) || b.ERROR - a.ERROR)
      .slice(0, MOST_CLUSTERS)
      .map(({ cluster, worst, FAIL, ERROR, waived }) => [
        cluster === NO_CLUSTER
          ? html`<span class="soft">no cluster named</span>`
          : html`<a href="${findingsPath({ cluster, status: ['FAIL', 'ERROR'], waived: 1 })}"><bdi>${cluster}</bdi></a>`,
        severityMark(worst),
        FAIL,
        waived,
        ERROR,
      ]),
    empty: 'Nothing is open in any cluster.',
  })}${
    byCluster.length > MOST_CLUSTERS &&
    html`<p class="more">${byCluster.length - MOST_CLUSTERS} more clusters have something open: <a href="${findingsPath({ status: ['FAIL', 'ERROR'] })}">all findings</a>.</p>`
  }`

/** What fails comes before what is undecided. */
const unwaived = ({ FAIL, waived }: OpenOfCluster): number => FAIL - waived

const KIND: Record<Change['kind'], string> = {
  appeared: 'new',
  left: 'left the fleet',
  failing: 'began to fail',
  fixed: 'fixed',
  unclear: 'became unclear',
  other: 'other reason',
  'and-back': 'changed and back',
}

export const changesTable = (
  changes: Change[],
  empty = 'Nothing is otherwise than it was seven days ago.',
): Html =>
  table({
    caption: 'What became otherwise, the worst first',
    quiet: true,
    columns: ['Finding', 'What', 'Was', 'Is', 'Cluster', 'Last change'],
    rows: changes.map((each) => [
      html`<a href="${findingPath(each, each.ruleId)}">${each.control} <bdi class="mono">${each.instanceId}</bdi></a>`,
      html`${KIND[each.kind]}${each.cause && ` (same facts, newer ${each.cause})`}`,
      each.from ? statusBadge(each.from) : html`<span class="soft">none</span>`,
      each.closed ? html`<span class="soft">${each.closed}</span>` : statusBadge(each.to),
      each.cluster !== undefined ? html`<bdi>${each.cluster}</bdi>` : '',
      time(each.at),
    ]),
    empty,
  })

export const notAssessedTable = (instances: InstancesAnswer['instances']): Html =>
  table({
    caption: 'Instances that the scan should have assessed and did not',
    quiet: true,
    columns: ['Instance', 'State', 'Why', 'Cluster', 'Account', 'Region'],
    rows: instances.map((each) => [
      instanceLink(each),
      stateBadge(each.state),
      each.detail ?? '',
      each.cluster !== undefined ? html`<bdi>${each.cluster}</bdi>` : '',
      each.account,
      each.region,
    ]),
    empty: 'Every instance was assessed.',
  })

export const overdueTable = (overdue: SummaryAnswer['overdue']['first']): Html =>
  table({
    caption: 'The most overdue first; what is waived is left out',
    quiet: true,
    columns: [
      'Finding',
      'Status',
      'Severity',
      'Cluster',
      'Open since',
      { title: 'Days', number: true },
      { title: 'Allowed', number: true },
    ],
    rows: overdue.map((each) => [
      html`<a href="${findingPath(each, each.ruleId)}">${each.control} <bdi class="mono">${each.instanceId}</bdi></a>`,
      statusBadge(each.status, { stale: each.coverage !== 'assessed' }),
      severityMark(each.severity),
      each.cluster !== undefined ? html`<bdi>${each.cluster}</bdi>` : '',
      time(each.since),
      each.openDays,
      each.allowedDays,
    ]),
    empty: 'Nothing is.',
  })
