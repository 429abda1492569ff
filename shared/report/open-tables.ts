import type { OverdueFinding } from '../queries/beyond-sla.ts'
import type { OpenCluster } from '../queries/cluster-open-since.ts'
import type { OpenFinding } from '../queries/open-since.ts'
import { paintStatus, shortTime } from './findings-table.ts'
import type { Paint } from './grid.ts'
import { plainText } from './plain-text.ts'
import { table, where } from './where-table.ts'

/** Since when each is open: later than the first time, at the latest by the second. */
export const renderOpen = (open: OpenFinding[], paint: Paint): string => {
  if (open.length === 0) return 'nothing is open\n'
  const rows = open.map((each) => [
    `${paintStatus(each.status, paint)}${each.waived ? ' waived' : ''}`,
    ...where(each),
    each.control,
    each.lastGood ? shortTime(each.lastGood.at) : 'never',
    shortTime(each.firstBad.at),
    plainText(each.message),
  ])
  return table(
    ['STATUS', 'INSTANCE', 'CLUSTER', 'CONTROL', 'LAST SEEN GOOD', 'FIRST SEEN BAD', 'MESSAGE'],
    rows,
    paint,
  )
}

export const renderOpenClusters = (clusters: OpenCluster[], paint: Paint): string => {
  if (clusters.length === 0) return 'no cluster fails\n'
  const rows = clusters.map(({ cluster, ruleId, lastGood, firstBad, failures, waived }) => [
    `${plainText(cluster)}${waived ? ' (waived)' : ''}`,
    plainText(ruleId),
    lastGood ? shortTime(lastGood.at) : 'never',
    shortTime(firstBad.at),
    failures
      .map(
        ({ instanceId, end, closed }) =>
          `${plainText(instanceId)}${end ? ` until ${shortTime(end.at)}${closed ? `, ${closed}` : ''}` : ''}`,
      )
      .join('; '),
  ])
  return table(['CLUSTER', 'RULE', 'LAST SEEN GOOD', 'FIRST SEEN BAD', 'INSTANCES'], rows, paint)
}

export const renderOverdue = (overdue: OverdueFinding[], paint: Paint): string => {
  if (overdue.length === 0) return 'nothing is open for longer than allowed\n'
  const rows = overdue.map((each) => [
    `${paintStatus(each.status, paint)}${each.waived ? ' waived' : ''}`,
    each.severity,
    ...where(each),
    each.control,
    `${each.openDays} of ${each.allowedDays} days`,
    shortTime(each.dueAt),
  ])
  return table(['STATUS', 'SEVERITY', 'INSTANCE', 'CLUSTER', 'CONTROL', 'OPEN', 'DUE'], rows, paint)
}
