import { findingKey } from '../../findings/flapping.ts'
import { nodeKey } from '../../findings/records.ts'
import { pageOf } from '../page.ts'
import {
  filterOf,
  instancePath,
  kindFilters,
  paging,
  rulePath,
  sinceFilter,
  statusFilter,
  when,
} from '../parameters.ts'
import { ProblemError } from '../problem.ts'
import { route } from '../route.ts'
import { beginOf, endOf } from '../times.ts'

const findings = route({
  path: '/v1/findings',
  tag: 'findings',
  summary: 'The findings as they stand, or stood at a moment',
  description:
    'As they stand: worst first, then by rule and instance; what changes between two pages may show on both or on none. With `at`: by instance and rule, each as its last change by then left it.',
  params: {},
  query: { ...kindFilters, ...statusFilter(), ...sinceFilter, at: when('as it was then'), ...paging() },
  work: async ({ query, now, place, next, queries }) => {
    const { limit, since, at } = query
    const filter = filterOf(query, since === undefined ? undefined : beginOf('since', since, now))
    if (at === undefined) {
      const cursor = place === undefined ? {} : { cursor: place }
      const { next: more, ...found } = await queries.currentFindings(filter, { limit, ...cursor })
      return { ...found, ...(more !== undefined && { next: next(more) }) }
    }
    const { fresh, findings } = await queries.fleetThen(endOf('at', at, now), filter)
    const { page, place: more } = pageOf(findings, findingKey, { limit, place })
    return { fresh, findings: page, ...(more !== undefined && { next: next(more) }) }
  },
})

const finding = route({
  path: '/v1/findings/{account}/{region}/{instance}/{rule}',
  tag: 'findings',
  summary: 'One finding and its changes',
  description:
    'Changes are oldest first, and the newest of them come first where there are more than `limit`: `next` leads to older ones. `open` is there while it is FAIL or ERROR, and says since when.',
  params: { ...instancePath, ...rulePath },
  query: paging({ usual: 1000 }),
  problems: { 404: 'There is no such finding' },
  work: async ({ params, query: { limit }, place, next, queries }) => {
    const { account, region, instance: instanceId, rule } = params
    const node = { account, region, instanceId }
    const filter = { instance: [nodeKey(node)], rule: [rule] }
    const [history, { open }] = await Promise.all([
      queries.findingHistory(node, rule),
      queries.openFindings(filter, { limit: 1 }),
    ])
    const { fresh, finding, changes } = history
    if (!finding && changes.length === 0)
      throw new ProblemError(404, 'there is no finding of this rule on this instance')
    const newestFirst = pageOf(
      changes.toReversed(),
      ({ at, scanId, restates }) => `${at}#${scanId}#${restates}`,
      {
        limit,
        place,
      },
    )
    return {
      fresh,
      ...(finding && { finding: open[0] ? { ...finding, ...waivedOf(open[0]) } : finding }),
      changes: newestFirst.page.toReversed(),
      ...(open[0] && { open: open[0] }),
      ...(newestFirst.place !== undefined && { next: next(newestFirst.place) }),
    }
  },
})

const waivedOf = <W>({ waived }: { waived?: W }): { waived?: W } => (waived === undefined ? {} : { waived })

export const FINDING_ROUTES = [findings, finding]
