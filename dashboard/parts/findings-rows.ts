import type { StoredFinding } from '../../shared/findings/records.ts'
import type { Freshness } from '../../shared/queries/freshness.ts'
import type { Waived } from '../../shared/waivers/waived-findings.ts'
import type { Ask, Params } from '../ask.ts'
import { type FindingsQuery, filterParams, isReadWhole, SEVERITIES, type Sort } from './findings-query.ts'

export type Row = Waived<StoredFinding>

/** The rows of a page, and what is to be said of those that are not on it. */
export type Rows = {
  fresh: Freshness
  rows: Row[]
  /** Rows of all pages; absent: unknown, for only some were read. */
  total?: number
  /** The place of the first row among all, from 0; absent: unknown. */
  first?: number
  /** Waived ones that were read and are left out. */
  hidden: number
  /** More than MOST_READ fit the filter; what came after them was not looked at. */
  isCut: boolean
  /** Where the next page begins. */
  next?: { cursor: string } | { page: number }
}

/** Rows on a page. */
export const PAGE_ROWS = 100
/** Findings that are read to be sorted or searched: seconds, and some megabytes. */
export const MOST_READ = 5_000
/** The API's largest page. */
const LARGEST_PAGE = 1_000

type Answer = { fresh: Freshness; findings: Row[]; next?: string }

/** Asks the API for one page in its own order, or for all that fit the filter where another order or a search is wanted. */
export const readRows = (ask: Ask, asked: FindingsQuery): Promise<Rows> =>
  isReadWhole(asked) ? readWhole(ask, asked) : readPage(ask, asked)

const readPage = async (ask: Ask, asked: FindingsQuery): Promise<Rows> => {
  const { fresh, findings, next } = await ask<Answer>('/v1/findings', {
    ...filterParams(asked),
    ...{ limit: PAGE_ROWS, cursor: asked.cursor },
  })
  const rows = shownOf(findings, asked)
  const isOnly = asked.cursor === undefined && next === undefined
  return {
    ...{ fresh, rows, hidden: findings.length - rows.length, isCut: false },
    ...(isOnly && { total: rows.length, first: 0 }),
    ...(next !== undefined && { next: { cursor: next } }),
  }
}

/** All that fit a filter, as far as they were read. */
type Whole = { fresh: Freshness; rows: Row[]; isCut: boolean }

const readWhole = async (ask: Ask, asked: FindingsQuery): Promise<Rows> => {
  const { fresh, rows: all, isCut } = await lately(ask, filterParams(asked))
  const found = all.filter((row) => holds(row, asked.q.toLowerCase()))
  const rows = sorted(shownOf(found, asked), asked.sort)
  const first = (asked.page - 1) * PAGE_ROWS
  return {
    ...{ fresh, rows: rows.slice(first, first + PAGE_ROWS), total: rows.length, first },
    ...{ hidden: found.length - rows.length, isCut },
    ...(rows.length > first + PAGE_ROWS && { next: { page: asked.page + 1 } }),
  }
}

/** Who turns pages or sorts anew need not wait for the same reading again. */
const KEPT_MS = 15_000
/** Questions whose answers are kept; each is some megabytes. */
const MOST_KEPT = 3
type Kept = { at: number; whole: Promise<Whole> }
const keptOf = new WeakMap<Ask, Map<string, Kept>>()

/** What was read lately is not what stands any more, for this dashboard has changed it. */
export const forgetRows = (ask: Ask): void => {
  keptOf.delete(ask)
}

const lately = (ask: Ask, params: Params): Promise<Whole> => {
  const kept = keptOf.get(ask) ?? new Map<string, Kept>()
  keptOf.set(ask, kept)
  const question = JSON.stringify(params)
  const known = kept.get(question)
  if (known && performance.now() - known.at < KEPT_MS) return known.whole
  kept.delete(question)
  const made = { at: performance.now(), whole: readAll(ask, params) }
  kept.set(question, made)
  // The oldest question is first. A reading that failed is no answer.
  for (const each of [...kept.keys()].slice(0, -MOST_KEPT)) kept.delete(each)
  made.whole.catch(() => kept.delete(question))
  return made.whole
}

const readAll = async (ask: Ask, params: Params): Promise<Whole> => {
  const rows: Row[] = []
  let fresh: Freshness | undefined
  let cursor: string | undefined
  do {
    const answer: Answer = await ask<Answer>('/v1/findings', {
      ...params,
      ...{ limit: LARGEST_PAGE, cursor },
    })
    fresh ??= answer.fresh
    rows.push(...answer.findings)
    cursor = answer.next
  } while (cursor !== undefined && rows.length < MOST_READ)
  return { fresh, rows, isCut: cursor !== undefined }
}

const shownOf = (rows: Row[], { waived }: FindingsQuery): Row[] =>
  waived ? rows : rows.filter((row) => row.waived === undefined)

/** Every word of the search stands somewhere in the row. */
const holds = ({ instanceId, cluster = '', ruleId, reason, message }: Row, search: string): boolean => {
  const text = [instanceId, cluster, ruleId, reason, message].join('\n').toLowerCase()
  return search.split(/\s+/).every((word) => text.includes(word))
}

const sorted = (rows: Row[], sort: Sort | undefined): Row[] => {
  if (!sort) return rows
  const keyOf = KEYS[sort.by]
  const turn = sort.descending ? -1 : 1
  // Equal ones stay in the API's order: worst first.
  return rows
    .map((row) => ({ row, key: keyOf(row) }))
    .sort((a, b) => (a.key < b.key ? -turn : a.key > b.key ? turn : 0))
    .map(({ row }) => row)
}

const KEYS: Record<Sort['by'], (row: Row) => string> = {
  // Ascending is what is mildest first, as severity goes up.
  severity: ({ severity }) => String(SEVERITIES.length - SEVERITIES.indexOf(severity)),
  instance: ({ instanceId, account, region }) => `${instanceId}/${account}/${region}`,
  cluster: ({ cluster }) => cluster ?? '',
  since: ({ since }) => since,
}
