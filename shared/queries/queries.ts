import type { Node } from '../findings/records.ts'
import type { ReadingStore } from '../store/reading-store.ts'
import type { FindingFilter } from '../store/store.ts'
import { allFindings } from './all-findings.ts'
import { beyondSla } from './beyond-sla.ts'
import { changesBetween } from './changes.ts'
import { openClusters } from './cluster-open-since.ts'
import { coverageGaps, type GapFilter, type GapGroup } from './coverage-gaps.ts'
import { currentFindings } from './current-findings.ts'
import { exceptionsBetween } from './exceptions.ts'
import { findingHistory } from './finding-history.ts'
import { fleetThen } from './fleet-then.ts'
import { flipsBetween } from './flips.ts'
import { freshnessAt } from './freshness.ts'
import type { FixGroup, PostureGroup } from './groups.ts'
import { openFindings } from './open-since.ts'
import { type PostureFilter, postureByDay } from './posture.ts'
import { timeToFix } from './time-to-fix.ts'

/** After `from`, up to and with `to`; ISO 8601, UTC. */
export type Span = { from: string; to: string }
/** `since`: that of the filter as it was given, which cursors belong to: `7d` is another moment on each page. */
export type Paging = { limit?: number; cursor?: string; since?: string }

/**
 * The questions that command line, API and dashboard ask of the table. Each answer has `fresh`: the moment it is about, and
 * the scan of the whole fleet that it rests on. `now` tells the time, ISO 8601.
 */
export const createQueries = (store: ReadingStore, now: () => string = () => new Date().toISOString()) => ({
  freshness: () => freshnessAt(store, now()),
  currentFindings: (filter: FindingFilter, paging?: Paging) => currentFindings(store, now(), filter, paging),
  /** Not by pages: for those who want all, such as all that is open. Without waivers. */
  allFindings: (filter: FindingFilter) => allFindings(store, now(), filter),
  findingHistory: (node: Node, ruleId: string) => findingHistory(store, now(), node, ruleId),
  fleetThen: (at: string, filter: FindingFilter) => fleetThen(store, at, filter),
  changesBetween: ({ from, to }: Span, filter: FindingFilter) => changesBetween(store, from, to, filter),
  flipsBetween: ({ from, to }: Span, filter: FindingFilter) => flipsBetween(store, from, to, filter),
  postureByDay: (span: Span, by?: PostureGroup, filter?: PostureFilter) =>
    postureByDay(store, now(), span, by, filter),
  openFindings: (filter: FindingFilter, paging?: Paging) => openFindings(store, now(), filter, paging),
  openClusters: (filter: Parameters<typeof openClusters>[2]) => openClusters(store, now(), filter),
  timeToFix: ({ from, to }: Span, filter: FindingFilter, by?: FixGroup) =>
    timeToFix(store, from, to, filter, by),
  beyondSla: (filter: FindingFilter) => beyondSla(store, now(), filter),
  coverageGaps: (span: Span, by?: GapGroup, filter?: GapFilter) =>
    coverageGaps(store, now(), span, by, filter),
  exceptionsBetween: ({ from, to }: Span) => exceptionsBetween(store, from, to),
})

export type Queries = ReturnType<typeof createQueries>
