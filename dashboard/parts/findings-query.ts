import type { Severity, Status } from '../../shared/findings/finding.ts'
import { type Params, pathWith } from '../ask.ts'

export const STATUSES: Status[] = ['FAIL', 'ERROR', 'PASS', 'NOT_APPLICABLE']
export const SEVERITIES: Severity[] = ['critical', 'high', 'medium', 'low']

/** The criteria that the API knows; each may have several values. */
export const LISTS = [
  'status',
  'severity',
  'rule',
  'control',
  'cluster',
  'account',
  'region',
  'instance',
] as const
export type ListName = (typeof LISTS)[number]

/** How findings may be sorted; `-` turns the order. Without any they come worst first, as the API has them. */
export const SORTS = ['severity', 'instance', 'cluster', 'since'] as const
export type SortName = (typeof SORTS)[number]
export type Sort = { by: SortName; descending: boolean }

/** What the address of the list of findings asks for: all that there is to a page. */
export type FindingsQuery = Record<ListName, string[]> & {
  since: string
  /** Text that is looked for. */
  q: string
  /** Waived ones are shown too. */
  waived: boolean
  sort?: Sort | undefined
  /** Where the API goes on; only in its own order. */
  cursor?: string | undefined
  /** From 1, where the order is ours. */
  page: number
}

/** Characters of a search: more is no search. */
const LONGEST_SEARCH = 200

/** Whatever stands in the address is taken as far as it makes sense; what the API does not know, it says itself. */
export const readFindingsQuery = (query: URLSearchParams): FindingsQuery => {
  const lists = Object.fromEntries(LISTS.map((name) => [name, listOf(query, name)])) as Record<
    ListName,
    string[]
  >
  const sort = sortOf(query.get('sort') ?? '')
  const cursor = query.get('cursor')
  const page = Number(query.get('page') ?? 1)
  return {
    ...lists,
    status: lists.status.map((each) => each.toUpperCase()),
    severity: lists.severity.map((each) => each.toLowerCase()),
    since: (query.get('since') ?? '').trim(),
    q: (query.get('q') ?? '').trim().slice(0, LONGEST_SEARCH),
    waived: query.get('waived') === '1',
    ...(sort && { sort }),
    ...(cursor && { cursor }),
    page: Number.isInteger(page) && page > 0 ? page : 1,
  }
}

/** Named several times, or once with commas. */
export const listOf = (query: URLSearchParams, name: string): string[] => [
  ...new Set(
    query
      .getAll(name)
      .flatMap((value) => value.split(','))
      .map((value) => value.trim())
      .filter((value) => value !== ''),
  ),
]

const sortOf = (text: string): Sort | undefined => {
  const by = SORTS.find((each) => each === text.replace(/^-/, ''))
  return by && { by, descending: text.startsWith('-') }
}

/** What the API is asked. */
export const filterParams = (asked: FindingsQuery): Params => ({
  ...Object.fromEntries(LISTS.map((name) => [name, asked[name]])),
  since: asked.since,
})

/** The API's order does not do, or what is looked for is not what it looks for: everything has to be read. */
export const isReadWhole = ({ q, sort }: FindingsQuery): boolean => q !== '' || sort !== undefined

/** The address that asks for this. What is changed in the question begins at its first page. */
export const findingsHref = (asked: FindingsQuery, changed: Partial<FindingsQuery> = {}): string => {
  const { cursor, page, ...rest } = asked
  const next = { ...rest, ...changed }
  return pathWith('/findings', {
    ...Object.fromEntries(LISTS.map((name) => [name, next[name]])),
    since: next.since,
    q: next.q,
    waived: next.waived ? '1' : undefined,
    sort: next.sort && `${next.sort.descending ? '-' : ''}${next.sort.by}`,
    cursor: changed.cursor,
    page: changed.page !== undefined && changed.page > 1 ? changed.page : undefined,
  })
}
