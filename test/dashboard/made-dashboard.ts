import { createDashboard, type DashboardDeps } from '../../dashboard/server.ts'

export const HOST = '127.0.0.1:4711'
export const SECRETS = { token: 't'.repeat(43), session: 's'.repeat(43), form: 'f'.repeat(43) }
const COOKIE = `fleet-scanner-4711=${SECRETS.session}`

export const NOW = '2026-01-31T12:00:00.000Z'

/** An API that answers from a table of paths, and 404 otherwise. */
export const apiOf = (answers: Record<string, unknown>): DashboardDeps['api'] => {
  const answer = (path: string): Response => {
    const found = answers[new URL(path, 'http://api').pathname]
    if (found instanceof Response) return found.clone()
    return found === undefined
      ? Response.json({ title: 'Not Found', status: 404, detail: 'there is nothing' }, { status: 404 })
      : Response.json(found)
  }
  return { request: answer, fetch: (request) => answer(request.url) }
}

/** The dashboard without a socket; `ask` is a browser that is let in, unless told otherwise. */
export const madeDashboard = (deps: Partial<DashboardDeps> = {}) => {
  const faults: unknown[] = []
  const app = createDashboard(
    {
      api: apiOf({}),
      asCaller: () => Promise.reject(new Error('nobody may write here')),
      rules: [],
      place: { words: 'embedded account', options: '--local' },
      now: () => NOW,
      onFault: (error) => faults.push(error),
      ...deps,
    },
    () => [HOST, 'localhost:4711'],
    SECRETS,
  )
  const send = async (path: string, headers: Record<string, string> = {}, init: RequestInit = {}) =>
    app.request(`http://${HOST}${path}`, { ...init, headers: { host: HOST, ...headers } })
  const ask = (path: string, headers: Record<string, string> = {}, init: RequestInit = {}) =>
    send(path, { cookie: COOKIE, ...headers }, init)
  return { send, ask, faults }
}
