import type { Server } from 'node:http'
import { type ServerType, serve } from '@hono/node-server'
import { type Context, Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import type { Freshness } from '../shared/queries/freshness.ts'
import type { Rule } from '../shared/rules/rule.ts'
import { type Api, ApiProblem, createAsk } from './ask.ts'
import { loadAssets } from './assets.ts'
import { guard, HEADERS, isSame, newSecrets, type Secrets } from './guard.ts'
import { barePage, page, problemPage } from './layout.ts'
import type { AsCaller, PageRequest, Place, View } from './page.ts'
import { ACTIONS, PAGES } from './pages/index.ts'
import { remembering } from './remembering.ts'

export type DashboardDeps = {
  /** The app that `createApi` makes; it is also served under `/v1`. */
  api: Api & { fetch(request: Request): Response | Promise<Response> }
  asCaller: AsCaller
  /** What kept the table from answering last, in words for the user. */
  trouble?: () => string | undefined
  /** An error that the user can mend, in words; undefined for a fault of ours. */
  wordsOf?: (error: unknown) => string | undefined
  rules: readonly Rule[]
  place: Place
  /** ISO 8601. */
  now: () => string
  /** Told of what is our own fault. */
  onFault?: (error: unknown) => void
}

/** A form's fields are few and short. */
const LARGEST_FORM = 64 * 1024

/** Every route, behind the guard. `hosts`: the names by which the server may be called. */
export const createDashboard = (deps: DashboardDeps, hosts: () => string[], secrets: Secrets): Hono => {
  const { paths, byPath } = loadAssets()
  const { place, rules } = deps
  const { ask, forget } = remembering(createAsk(deps.api, deps.trouble))
  const app = new Hono()

  const requestOf = (c: Context): PageRequest => ({
    ...{ ask, place, rules, formToken: secrets.form },
    params: c.req.param(),
    query: new URL(c.req.url).searchParams,
    now: deps.now(),
    caller: () => deps.asCaller(async (store, who) => ({ who, policy: (await store.settings())?.waivers })),
  })
  const show = async (c: Context, view: View): Promise<Response> => {
    const fresh = view.fresh ?? (await freshness())
    const status = (view.status ?? 200) as 200
    return c.html(page({ ...view, fresh }, place, paths), status)
  }
  /** A page that says what is wrong must not itself fail for want of this. */
  const freshness = (): Promise<Freshness | undefined> =>
    ask<{ fresh: Freshness }>('/v1/fleet').then(
      ({ fresh }) => fresh,
      () => undefined,
    )
  const problem = (c: Context, status: number, title: string, words: string[]) =>
    show(c, { status, title, body: problemPage(title, words) })

  const smallForm = bodyLimit({
    maxSize: LARGEST_FORM,
    onError: (c) => problem(c, 413, 'This is longer than any form here', []),
  })

  app.use(HEADERS)
  app.use(guard(hosts, secrets, (c, { status, title, words }) => c.html(barePage(title, words), status)))
  app.get('/assets/:file', async (c): Promise<Response> => {
    const asset = byPath.get(c.req.path)
    if (!asset) return problem(c, 404, 'There is no such file', [])
    // The name has a hash of what is in it.
    c.header('cache-control', 'private, max-age=31536000, immutable')
    return c.body(asset.body, 200, { 'content-type': asset.type })
  })
  app.all('/v1/*', (c) => deps.api.fetch(c.req.raw))
  for (const [path, made] of Object.entries(PAGES))
    app.get(path, async (c) => show(c, await made(requestOf(c))))
  for (const [path, act] of Object.entries(ACTIONS))
    app.post(path, smallForm, async (c) => {
      const { token = '', ...form } = textsOf(await c.req.parseBody())
      if (!isSame(token, secrets.form))
        return problem(c, 403, 'This form is of another time', [
          'The dashboard was started again since. Go back, load the page again, and send the form once more.',
        ])
      const done = await act({ ...requestOf(c), form, asCaller: deps.asCaller }).finally(forget)
      return 'redirect' in done ? c.redirect(done.redirect, 303) : show(c, done)
    })
  app.notFound((c) => problem(c, 404, 'There is no such page', [`Nothing is at ${c.req.path}.`]))
  app.onError((error, c) => {
    if (error instanceof ApiProblem) return problem(c, error.status, error.title, error.details)
    const known = deps.wordsOf?.(error) ?? deps.trouble?.()
    if (known !== undefined) return problem(c, 503, 'AWS or the table does not answer', [known])
    deps.onFault?.(error)
    return problem(c, 500, 'A fault of the dashboard', ['The terminal that it runs in says more.'])
  })
  return app
}

/** Files are no texts: no form here takes any. */
const textsOf = (body: Record<string, unknown>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(body).flatMap(([name, value]) => (typeof value === 'string' ? [[name, value]] : [])),
  )

export type RunningDashboard = {
  /** With the token: whoever has it is let in. */
  url: string
  stop(): Promise<void>
}

/** Serves on the loopback interface alone; port 0 takes a free one. Rejects where the port is taken. */
export const startDashboard = async (deps: DashboardDeps, wanted = 0): Promise<RunningDashboard> => {
  const secrets = newSecrets()
  let hosts: string[] = []
  const app = createDashboard(deps, () => hosts, secrets)
  const { server, port } = await listen(app, wanted)
  hosts = [`127.0.0.1:${port}`, `localhost:${port}`]
  return {
    url: `http://127.0.0.1:${port}/?token=${secrets.token}`,
    stop: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve())
        if ('closeAllConnections' in server) (server as Server).closeAllConnections()
      }),
  }
}

const listen = (app: Hono, wanted: number): Promise<{ server: ServerType; port: number }> =>
  new Promise((resolve, reject) => {
    const server = serve({ fetch: app.fetch, hostname: '127.0.0.1', port: wanted }, ({ port }) =>
      resolve({ server, port }),
    )
    server.once('error', reject)
  })
