import type * as z from 'zod'
import type { Severity } from '../../findings/finding.ts'
import { findingKey } from '../../findings/flapping.ts'
import { nodeKey, type StoredFinding } from '../../findings/records.ts'
import { DEFAULT_SLA, overdueOf } from '../../queries/beyond-sla.ts'
import { NO_CLUSTER } from '../../queries/groups.ts'
import { type Waived, withWaivers } from '../../waivers/waived-findings.ts'
import { pageOf } from '../page.ts'
import {
  filterOf,
  kindFilters,
  paging,
  placeFilters,
  ruleFilter,
  SEVERITIES,
  sinceFilter,
  statusFilter,
} from '../parameters.ts'
import { route } from '../route.ts'
import type { openOfCluster, openTotal } from '../schemas/answers.ts'
import { beginOf } from '../times.ts'

const OPEN = statusFilter('FAIL, ERROR, or both')

const open = route({
  path: '/v1/open',
  tag: 'open',
  summary: 'What is open (FAIL, ERROR), each since when: between which two scans it began',
  params: {},
  query: { ...kindFilters, ...OPEN, ...sinceFilter, ...paging() },
  work: async ({ query, now, place, next, queries }) => {
    const { limit, since } = query
    const filter = filterOf(query, since === undefined ? undefined : beginOf('since', since, now))
    const cursor = place === undefined ? {} : { cursor: place }
    const { next: more, ...found } = await queries.openFindings(filter, { limit, ...cursor })
    return { ...found, ...(more !== undefined && { next: next(more) }) }
  },
})

const { account, region, cluster } = placeFilters

const openClusters = route({
  path: '/v1/open-clusters',
  tag: 'open',
  summary: 'Rules that clusters fail, each since when, across instances that were replaced',
  params: {},
  query: { account, region, cluster, ...ruleFilter, ...paging() },
  work: async ({ query, place, next, queries }) => {
    const { fresh, clusters } = await queries.openClusters(filterOf(query))
    const { limit } = query
    const keyOf = (each: { cluster: string; ruleId: string }) => `${each.cluster}#${each.ruleId}`
    const { page, place: more } = pageOf(clusters, keyOf, { limit, place })
    return { fresh, clusters: page, ...(more !== undefined && { next: next(more) }) }
  },
})

const overdue = route({
  path: '/v1/overdue',
  tag: 'open',
  summary: 'What has been open for longer than allowed, the most overdue first',
  params: {},
  query: { ...kindFilters, ...OPEN, ...paging() },
  work: async ({ query, place, next, queries }) => {
    const { fresh, sla, overdue } = await queries.beyondSla(filterOf(query))
    const { page, place: more } = pageOf(overdue, findingKey, { limit: query.limit, place })
    return { fresh, sla, overdue: page, ...(more !== undefined && { next: next(more) }) }
  },
})

/** The list itself has a route of its own. */
const FEW = 5

const summary = route({
  path: '/v1/summary',
  tag: 'open',
  summary: 'What is open now, counted by severity, cluster and rule',
  params: {},
  query: {},
  work: async ({ now, store, queries }) => {
    const [fresh, settings, found] = await Promise.all([
      queries.freshness(),
      store.settings(),
      store.findings({ status: ['FAIL', 'ERROR'] }),
    ])
    const findings = await withWaivers(store, found, now)
    const unwaived = findings.filter(({ waived }) => waived === undefined)
    const late = overdueOf(unwaived, settings?.sla ?? DEFAULT_SLA, now)
    const of = (severity: Severity) => countsOf(findings.filter((each) => each.severity === severity))
    return {
      fresh,
      bySeverity: Object.fromEntries(SEVERITIES.map((severity) => [severity, of(severity)])),
      byCluster: byCluster(findings),
      byRule: Object.fromEntries(
        [...Map.groupBy(findings, ({ ruleId }) => ruleId)].map(([id, of]) => [id, countsOf(of)]),
      ),
      overdue: { count: late.length, first: late.slice(0, FEW) },
      failing: new Set(findings.filter(isUnwaivedFailure).map(nodeKey)).size,
      total: countsOf(findings),
    }
  },
})

type Open = Waived<StoredFinding>

const isUnwaivedFailure = ({ status, waived }: Open): boolean => status === 'FAIL' && waived === undefined

const countsOf = (findings: Open[]): z.input<typeof openTotal> => ({
  FAIL: findings.filter(({ status }) => status === 'FAIL').length,
  ERROR: findings.filter(({ status }) => status === 'ERROR').length,
  waived: findings.filter(({ waived }) => waived !== undefined).length,
})

const byCluster = (findings: Open[]): z.input<typeof openOfCluster>[] => {
  const clusters = [...Map.groupBy(findings, (each) => each.cluster ?? NO_CLUSTER)]
  return clusters
    .map(([cluster, of]) => ({ cluster, ...countsOf(of), worst: worstOf(of) }))
    .toSorted((a, b) => byWeight(a, b) || (a.cluster < b.cluster ? -1 : 1))
}

const worstOf = (findings: Open[]): Severity => {
  const unwaived = findings.filter(({ waived }) => waived === undefined)
  const counted = unwaived.length > 0 ? unwaived : findings
  return SEVERITIES.find((severity) => counted.some((each) => each.severity === severity)) ?? 'low'
}

type Weighed = z.input<typeof openOfCluster>

/** Clusters of which something counts before those that are waived whole; then by severity and number. */
const byWeight = (a: Weighed, b: Weighed): number => {
  const left = ({ FAIL, ERROR, waived }: Weighed): number => FAIL + ERROR - waived
  return (
    Number(left(a) === 0) - Number(left(b) === 0) ||
    SEVERITIES.indexOf(a.worst) - SEVERITIES.indexOf(b.worst) ||
    left(b) - left(a)
  )
}

export const OPEN_ROUTES = [open, openClusters, overdue, summary]
