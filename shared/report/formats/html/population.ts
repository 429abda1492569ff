import { nodeKey } from '../../../findings/records.ts'
import type { AuditReport } from '../../audit-report.ts'
import { type Markup, markup, section, statusMark, table } from './markup.ts'

/** Who there was, who was assessed, why the others were not, and each verdict in one table. */
export const populationSection = (report: AuditReport): Markup => {
  const { coverage, population, scan } = report
  const missed = population.filter(({ state }) => state !== 'assessed')
  return section(
    'population',
    'Population and coverage',
    markup`<p class="big">${coverage.assessed} of ${coverage.total} instances assessed. ${population.length} instances are accounted for.</p>
<p>An instance counts where it should have been assessed: it carried the tags, ran, and was not opted out.</p>`,
    table(
      'Instances by state',
      ['State', 'Instances'],
      Object.entries(coverage.byState).map(([state, n]) => [state, n]),
      [1],
    ),
    ...[...(scan.targetErrors ?? [])].map(
      (each) => markup`<p class="s error">Not fully scanned: ${each}</p>`,
    ),
    ...[...(scan.emptyTargets ?? [])].map(
      (each) => markup`<p class="s error">No instance with the tags in ${each}</p>`,
    ),
    table(
      'Instances that were not assessed, and why',
      ['Instance', 'Cluster', 'State', 'Why', 'Systems Manager says'],
      missed.map((each) => [nodeKey(each), each.cluster, each.state, each.why, each.detail]),
    ),
    verdictTable(report),
  )
}

const verdictTable = ({ population, controls, findings }: AuditReport): Markup => {
  const automated = controls.filter((each) => each.automated)
  const byNode = Map.groupBy(findings, nodeKey)
  return table(
    'Every instance, and its verdict on each control (in brackets: from an earlier scan)',
    ['Instance', 'Cluster', 'State', ...automated.map(({ control }) => control), 'SHA-256 of the evidence'],
    population.map((instance) => {
      const own = byNode.get(nodeKey(instance)) ?? []
      const hashes = [...new Set(own.flatMap(({ evidenceHash = [] }) => evidenceHash))]
      return [
        ...[nodeKey(instance), instance.cluster, instance.state],
        ...automated.map(({ ruleId }) => {
          const finding = own.find((each) => each.ruleId === ruleId)
          if (!finding) return '-'
          const word = finding.status === 'NOT_APPLICABLE' ? 'n/a' : finding.status
          const shown = finding.waived ? `${word} waived` : word
          return statusMark(finding.status, finding.stale ? `(${shown})` : shown)
        }),
        markup`${hashes.map((each) => markup`<code>${each}</code> `)}`,
      ]
    }),
  )
}
