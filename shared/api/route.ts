import type * as z from 'zod'
import type { Queries } from '../queries/queries.ts'
import type { Rule } from '../rules/rule.ts'
import type { ReadingStore } from '../store/reading-store.ts'
import type { Answers, AnswerTo } from './answers.ts'

/** What the API is made of. Nothing in it can write. */
export type ApiDeps = {
  store: ReadingStore
  /** ISO 8601, UTC. */
  now: () => string
  rules: readonly Rule[]
  /** The most bytes of an answer, as it stands in the answer of a function; absent: as many as there are. */
  maxBytes?: number
  /** Told of every error that is not the caller's. */
  onError?: (error: unknown, path: string) => void
}

type Shape = Record<string, z.ZodType>

/** One request, checked. */
export type Asked<P extends Shape, Q extends Shape> = {
  params: z.output<z.ZodObject<P>>
  query: z.output<z.ZodObject<Q>>
  /** When the first page was asked for: what times are relative to. Without a cursor the time it is. */
  now: string
  /** Where to go on, of those that `next` has made. */
  place?: string
  /** The cursor for a place. */
  next: (place: string) => string
  store: ReadingStore
  queries: Queries
  rules: readonly Rule[]
}

/** One route, always GET: what it takes, what it answers, and how it comes to that. */
export type Route<
  Path extends keyof Answers = keyof Answers,
  P extends Shape = Shape,
  Q extends Shape = Shape,
> = {
  /** As OpenAPI has it: `/v1/rules/{id}`. */
  path: Path
  tag: string
  summary: string
  description?: string
  params: P
  query: Q
  /** Beside 400 and 500, in words for the documentation. */
  problems?: Partial<Record<404 | 410 | 413, string>>
  work: (asked: Asked<P, Q>) => Promise<AnswerTo<Path>>
}

/** Names the types of a route; the list of routes forgets them. */
export const route = <Path extends keyof Answers, P extends Shape, Q extends Shape>(
  of: Route<Path, P, Q>,
): Route => of as unknown as Route
