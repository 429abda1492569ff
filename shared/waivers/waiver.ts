import { createHash } from 'node:crypto'

/** Where a waiver holds. An instance goes by its id or by `account/region/id`; a tag by `key=value`. */
export const SCOPES = ['instance', 'cluster', 'account', 'tag'] as const
export type WaiverScope = { kind: (typeof SCOPES)[number]; value: string }

/** What is asked for: that the failures of one rule in one scope are accepted until then. */
export type WaiverRequest = {
  /** The id of the rule. */
  rule: string
  scope: WaiverScope
  reason: string
  ticket: string
  /** Another person than the one who asks. */
  approvedBy?: string
  /** The last moment that it holds: the end of a day, ISO 8601, UTC. */
  until: string
}

/**
 * A waiver as it stands, or stood at one of its revisions: who asked for it and when, who made the last change and
 * when. One that was taken back keeps its record.
 */
export type Waiver = WaiverRequest & {
  id: string
  who: string
  createdAt: string
  changedBy: string
  changedAt: string
  /** When it was taken back, by whom. */
  removed?: { at: string; by: string }
  /** Counts the changes, from 1. */
  revision: number
}

/** A day in milliseconds. */
export const DAY_MS = 86_400_000

/** What a waiver is about. Two that are about the same are one waiver, and its renewal. */
export const subjectOf = ({ rule, scope }: Pick<WaiverRequest, 'rule' | 'scope'>): string =>
  JSON.stringify([rule, scope.kind, scope.value])

/**
 * `w-20260131-1a2b3c4d`: the day that it was asked for, and what it is about. So two people who ask for the same at the
 * same time ask for one waiver.
 */
export const waiverId = (request: Pick<WaiverRequest, 'rule' | 'scope'>, at: string): string => {
  const about = createHash('sha256').update(subjectOf(request)).digest('hex').slice(0, 8)
  return `w-${at.slice(0, 10).replaceAll('-', '')}-${about}`
}

/** The last moment that it holds. */
export const endOf = ({ until, removed }: Pick<Waiver, 'until' | 'removed'>): string =>
  removed && removed.at < until ? removed.at : until

export const isInForce = (waiver: Waiver, at: string): boolean =>
  waiver.createdAt <= at && at <= waiver.until && !(waiver.removed && waiver.removed.at <= at)

export type WaiverState = 'in-force' | 'ended' | 'removed'

/** What has become of it: `ended` by itself, or `removed` before that. */
export const stateOf = (waiver: Waiver, at: string): WaiverState => {
  if (waiver.removed) return 'removed'
  return isInForce(waiver, at) ? 'in-force' : 'ended'
}
