import type { Route } from '../config/scanner-config.ts'
import type { Severity } from '../findings/finding.ts'

/** The route of a configuration that names none, and of what no route takes. */
export const DEFAULT_ROUTE = 'default'

/** What a piece of news is about; without a severity it is about an instance as such. */
export type Concern = { owner?: string; cluster?: string; severity?: Severity }

/**
 * The routes that take a piece of news: all of a route's filters hold. What none takes goes to `default`, so that
 * nothing is told nowhere.
 */
export const routesTaking = (routes: Route[], { owner, cluster, severity }: Concern): string[] => {
  const names = routes
    .filter(
      ({ owners, clusters, severities }) =>
        among(owners, owner) &&
        among(clusters, cluster) &&
        (severity === undefined || among(severities, severity)),
    )
    .map(({ name }) => name)
  return names.length > 0 ? names : [DEFAULT_ROUTE]
}

/** The routes that hear what concerns the fleet as a whole: those without filters, or else all of them. */
export const fleetRoutes = (routes: Route[]): string[] => {
  if (routes.length === 0) return [DEFAULT_ROUTE]
  const open = routes.filter(({ owners, clusters, severities }) => !owners && !clusters && !severities)
  return (open.length > 0 ? open : routes).map(({ name }) => name)
}

const among = <T extends string>(wanted: T[] | undefined, value: T | undefined): boolean =>
  wanted === undefined || (value !== undefined && wanted.includes(value))

/** Names of a route hold no `~`: under these keys its other messages and destinations are stored. */
const REMINDER = '~reminder'
const AMAZON_Q = '~amazon-q'

/** The key under which a message of a route to one destination is stored. */
export const digestKey = (route: string, { reminder = false, amazonQ = false } = {}): string =>
  `${route}${reminder ? REMINDER : ''}${amazonQ ? AMAZON_Q : ''}`

/** What a key of `digestKey` says. */
export const readKey = (key: string): { route: string; reminder: boolean; amazonQ: boolean } => {
  const [route = key, ...more] = key.split('~')
  return { route, reminder: more.includes('reminder'), amazonQ: more.includes('amazon-q') }
}
