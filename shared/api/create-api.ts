import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Context, Hono } from 'hono'
import * as z from 'zod'
import { CursorError } from '../queries/cursor.ts'
import { createQueries } from '../queries/queries.ts'
import { readingStore } from '../store/reading-store.ts'
import { cursorOf, placeIn, questionOf } from './cursor.ts'
import { asProblem, ProblemError, problemOf, type WrongParameter, wrongParameters } from './problem.ts'
import { querySchema } from './query-schema.ts'
import type { ApiDeps, Route } from './route.ts'
import { ROUTES } from './routes/index.ts'

export type { ApiDeps } from './route.ts'

/** The API: an app whose `request` or `fetch` answers. Everything is GET, under `/v1`. */
export const createApi = (made: ApiDeps): Hono => {
  const deps = { ...made, store: readingStore(made.store) }
  const app = new Hono()
  app.use(async (c, next) => {
    if (c.req.raw.method !== 'GET')
      throw new ProblemError(405, 'everything here is read by GET; nothing can be changed')
    await next()
  })
  for (const each of ROUTES) addRoute(app, each, deps)
  app.get('/v1/openapi.json', async (c) => json(c, await description()))
  app.notFound((c) =>
    problem(c, new ProblemError(404, 'there is no such route; /v1/openapi.json lists them')),
  )
  app.onError((error, c) => {
    const found = asProblem(error)
    if (found.status >= 500) deps.onError?.(error, c.req.path)
    return problem(c, found)
  })
  return app
}

/**
 * The file beside the code of a bundled function that holds the description: to make it takes all of zod, a tenth of a cold
 * start. Set by the bundler; elsewhere it is not there.
 */
declare const API_DESCRIPTION: string

const description = async (): Promise<string> =>
  typeof API_DESCRIPTION === 'string'
    ? readFile(join(import.meta.dirname, API_DESCRIPTION), 'utf8')
    : JSON.stringify((await import('./description.ts')).apiDescription())

/** As OpenAPI writes a path, and as hono does. */
const routingPath = (path: string): string => path.replaceAll(/\{(\w+)\}/g, ':$1')

const addRoute = (app: Hono, of: Route, deps: ApiDeps): void => {
  const [params, query] = [z.strictObject(of.params), querySchema(of)]
  app.get(routingPath(of.path), (c) => {
    const [path, asked] = [params.safeParse(c.req.param()), query.safeParse(given(c))]
    if (path.success && asked.success) return answer(c, of, deps, path.data, asked.data)
    const issues = [...(path.error?.issues ?? []), ...(asked.error?.issues ?? [])]
    throw wrongParameters(issues.flatMap(wrongIn))
  })
}

/** A parameter that is given once as it is, others as lists. */
const given = (c: Context): Record<string, string | string[] | undefined> =>
  Object.fromEntries(
    Object.entries(c.req.queries()).map(([name, values]) => [name, values.length > 1 ? values : values[0]]),
  )

/** Where an answer is too large for its carrier and has a limit, fewer entries are answered. */
const answer = async (
  c: Context,
  of: Route,
  deps: ApiDeps,
  params: Record<string, unknown>,
  asked: Record<string, unknown>,
): Promise<Response> => {
  let query = asked
  for (;;) {
    const text = JSON.stringify(await asAsked(c, of, deps, params, query))
    const bytes = deps.maxBytes === undefined ? 0 : Buffer.byteLength(JSON.stringify(text))
    if (deps.maxBytes === undefined || bytes <= deps.maxBytes) return json(c, text)
    const { limit } = query
    if (typeof limit !== 'number' || limit <= 1)
      throw new ProblemError(413, `the answer would be ${bytes} bytes long; ask for a part of it`)
    query = {
      ...query,
      limit: Math.max(1, Math.min(limit >> 1, Math.floor((limit * deps.maxBytes) / bytes))),
    }
  }
}

const asAsked = async (
  c: Context,
  of: Route,
  deps: ApiDeps,
  params: Record<string, unknown>,
  query: Record<string, unknown>,
): Promise<unknown> => {
  const { store, rules } = deps
  const clock = deps.now()
  const question = questionOf(c.req.path, query)
  const begun = typeof query.cursor === 'string' ? placeIn(query.cursor, question, clock) : { now: clock }
  if (typeof begun === 'string') throw wrongParameters([{ parameter: 'cursor', problem: begun }])
  const { now } = begun
  try {
    return await of.work({
      ...{ params, query, store, rules, now, ...('place' in begun && { place: begun.place }) },
      next: (place) => cursorOf(question, { now, place }),
      queries: createQueries(store, () => clock),
    })
  } catch (error) {
    if (error instanceof CursorError)
      throw wrongParameters([
        { parameter: 'cursor', problem: 'is none of this API; begin again without one' },
      ])
    throw error
  }
}

const json = (c: Context, text: string): Response =>
  c.body(text, 200, { 'content-type': 'application/json', 'cache-control': 'no-store' })

const problem = (c: Context, error: ProblemError): Response => {
  const headers = { 'content-type': 'application/problem+json', 'cache-control': 'no-store' }
  const more = error.status === 405 ? { allow: 'GET' } : error.status === 503 ? { 'retry-after': '5' } : {}
  return c.body(JSON.stringify(problemOf(error)), error.status, { ...headers, ...more })
}

const wrongIn = (issue: z.core.$ZodIssue): WrongParameter[] =>
  issue.code === 'unrecognized_keys'
    ? issue.keys.map((parameter) => ({ parameter, problem: issue.message }))
    : [{ parameter: String(issue.path[0] ?? ''), problem: issue.message }]
