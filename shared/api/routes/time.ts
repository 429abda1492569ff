import { findingKey } from '../../findings/flapping.ts'
import { nodeKey } from '../../findings/records.ts'
import { FIX_GROUPS, POSTURE_GROUPS } from '../../queries/groups.ts'
import { pageOf } from '../page.ts'
import {
  choice,
  filterOf,
  kindFilters,
  paging,
  placeFilters,
  ruleFilter,
  statusFilter,
  when,
} from '../parameters.ts'
import { wrongParameters } from '../problem.ts'
import { route } from '../route.ts'
import { beginOf, endOf, MOST_DAYS, spanOf } from '../times.ts'

const spanFrom = (back: string, mostDays = MOST_DAYS) => ({
  from: when(`after this moment, at most ${mostDays} days before \`to\`; otherwise ${back} ago`, back),
  to: when('up to and with this moment; otherwise now', '2026-01-31'),
})

const CAME_TO = statusFilter('only what came to these statuses')

const changes = route({
  path: '/v1/changes',
  tag: 'history',
  summary: 'What is otherwise at the end of a time than at its beginning, worst first',
  params: {},
  query: { ...spanFrom('24h'), ...kindFilters, ...CAME_TO, ...paging() },
  work: async ({ query, now, place, next, queries }) => {
    const found = await queries.changesBetween(spanOf(query, now, '24h'), filterOf(query))
    const { page, place: more } = pageOf(found.changes, findingKey, { limit: query.limit, place })
    return { ...found, changes: page, ...(more !== undefined && { next: next(more) }) }
  },
})

const rejudged = route({
  path: '/v1/rejudged',
  tag: 'history',
  summary: 'What a newer rule or engine has judged otherwise, oldest first',
  description:
    '`verdicts`: changes at a scan on the same facts. `restatements`: stored evidence that was judged otherwise later. Pages hold the verdicts first.',
  params: {},
  query: { ...spanFrom('24h'), ...kindFilters, ...CAME_TO, ...paging() },
  work: async ({ query, now, place, next, queries }) => {
    const found = await queries.flipsBetween(spanOf(query, now, '24h'), filterOf(query))
    const all = [...found.verdicts, ...found.restatements]
    const keyOf = (each: (typeof all)[number]) =>
      [nodeKey(each), each.ruleId, each.scanId, each.at, each.restates ?? ''].join('#')
    const { page, place: more } = pageOf(all, keyOf, { limit: query.limit, place })
    return {
      ...found,
      verdicts: page.filter(({ restates }) => restates === undefined),
      restatements: page.filter(({ restates }) => restates !== undefined),
      ...(more !== undefined && { next: next(more) }),
    }
  },
})

const { account, region, cluster } = placeFilters
/** Rows are small, and a chart wants them all: three years of them. */
const MOST_ROWS = 10_000
const MOST_DAYS_OF_POSTURE = 1100

const posture = route({
  path: '/v1/posture',
  tag: 'history',
  summary: 'How the fleet stood, day by day (UTC), oldest first',
  params: {},
  query: {
    ...spanFrom('30d', MOST_DAYS_OF_POSTURE),
    by: choice(POSTURE_GROUPS, 'a row for each of these on each day'),
    ...{ account, region, cluster },
    ...ruleFilter,
    ...paging({ usual: MOST_ROWS, most: MOST_ROWS }),
  },
  work: async ({ query, now, place, next, queries }) => {
    const { by, limit } = query
    const span = spanOf(query, now, '30d', MOST_DAYS_OF_POSTURE)
    const { rows, ...found } = await queries.postureByDay(span, by, filterOf(query))
    const { page, place: more } = pageOf(rows, ({ day, group }) => `${day}#${group ?? ''}`, { limit, place })
    return { ...found, rows: page, ...(more !== undefined && { next: next(more) }) }
  },
})

const timeToFix = route({
  path: '/v1/time-to-fix',
  tag: 'history',
  summary: 'How long failures lasted that were mended',
  description: '`times` is the same on every page; `fixes` are what is paged.',
  params: {},
  query: {
    ...spanFrom('90d'),
    by: choice(FIX_GROUPS, 'times for each of these'),
    ...kindFilters,
    ...paging(),
  },
  work: async ({ query, now, place, next, queries }) => {
    const { by, limit } = query
    const { fixes, ...found } = await queries.timeToFix(spanOf(query, now, '90d'), filterOf(query), by)
    const keyOf = (each: (typeof fixes)[number]) => `${each.fixedAt}#${findingKey(each)}`
    const { page, place: more } = pageOf(fixes, keyOf, { limit, place })
    return { ...found, fixes: page, ...(more !== undefined && { next: next(more) }) }
  },
})

const gaps = route({
  path: '/v1/gaps',
  tag: 'history',
  summary: 'The longest time for which each instance or cluster was not assessed, and why, the longest first',
  params: {},
  query: {
    ...spanFrom('30d'),
    by: choice(
      ['instance', 'cluster'],
      'otherwise by instance; a cluster is assessed when all of its instances are',
    ),
    ...placeFilters,
    ...paging(),
  },
  work: async ({ query, now, place, next, queries }) => {
    const { by, limit } = query
    const { gaps, ...found } = await queries.coverageGaps(spanOf(query, now, '30d'), by, filterOf(query))
    const { page, place: more } = pageOf(gaps, ({ of }) => of, { limit, place })
    return { ...found, gaps: page, ...(more !== undefined && { next: next(more) }) }
  },
})

const exceptions = route({
  path: '/v1/exceptions',
  tag: 'history',
  summary: 'The waivers that held on a day, or at any time between two moments, each as it stood then',
  params: {},
  query: {
    on: when('on this day, or at this moment; otherwise now', '2026-01-31'),
    from: when('in place of `on`: from this moment'),
    to: when('up to and with this moment; otherwise now', '2026-01-31'),
    ...paging(),
  },
  work: async ({ query, now, place, next, queries }) => {
    const { exceptions, ...found } = await queries.exceptionsBetween(heldIn(query, now))
    const { page, place: more } = pageOf(exceptions, ({ id }) => id, { limit: query.limit, place })
    return { ...found, exceptions: page, ...(more !== undefined && { next: next(more) }) }
  },
})

type Held = Partial<Record<'on' | 'from' | 'to', string | undefined>>

const heldIn = ({ on, from, to }: Held, now: string): { from: string; to: string } => {
  if (from === undefined && to === undefined) {
    return on === undefined
      ? { from: now, to: now }
      : { from: beginOf('on', on, now), to: endOf('on', on, now) }
  }
  if (on !== undefined)
    throw wrongParameters([{ parameter: 'on', problem: 'is given with `from` or `to`; give one' }])
  if (from === undefined)
    throw wrongParameters([{ parameter: 'from', problem: 'is missing: `to` is the end of what?' }])
  // All waivers are read whatever the time, so it may be as long as a finding has been there.
  return spanOf({ from, to }, now, '24h', Number.POSITIVE_INFINITY)
}

export const TIME_ROUTES = [changes, rejudged, posture, timeToFix, gaps, exceptions]
