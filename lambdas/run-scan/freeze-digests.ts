import { ownerOf } from '../../shared/aws/cluster-name.ts'
import type { Route } from '../../shared/config/scanner-config.ts'
import type { Status } from '../../shared/findings/finding.ts'
import { nodeKey, type Transition } from '../../shared/findings/records.ts'
import { buildDigest, type DigestInput, type DigestMessage } from '../../shared/report/digest.ts'
import { transitionId } from '../../shared/report/digest-covers.ts'
import { DEFAULT_ROUTE, digestKey, fleetRoutes, routesTaking } from '../../shared/report/digest-routes.ts'
import { fixFor } from '../../shared/rules/fix.ts'
import type { Digest } from '../../shared/store/store.ts'
import type { RunScanDeps } from './deps.ts'
import { type Gathered, gatherNews, type ToTell } from './gather-news.ts'

/** What the digest of a scan says beside its news. */
export type Totals = {
  findings: Partial<Record<Status, number>>
  targetErrors: string[]
  partial?: 'chosen' | 'cancelled'
}

/** How users reach the table: in the commands that a digest shows. */
export const placeOf = ({ place, config }: Pick<RunScanDeps, 'place' | 'config'>): string =>
  place ?? `--stack ${config.name}`

/** The routes of a scan: the configured ones, and the one that takes what they leave. */
export const routesOf = ({ config }: Pick<RunScanDeps, 'config'>): { name: string; amazonQ: boolean }[] => {
  const named = config.routes.map(({ name, amazonQ }) => ({ name, amazonQ: amazonQ !== undefined }))
  return named.some(({ name }) => name === DEFAULT_ROUTE)
    ? named
    : [...named, { name: DEFAULT_ROUTE, amazonQ: false }]
}

/** Freezes what a scan has to tell, for each route and destination by itself. Returns the keys. May be repeated. */
export const freezeDigests = async (deps: RunScanDeps, scan: ToTell, totals: Totals): Promise<string[]> => {
  const { store, config, now } = deps
  const gathered = await gatherNews(store, scan, now())
  const at = now().toISOString()
  const keys: string[] = []
  for (const route of routesOf(deps)) {
    const message = buildDigest({
      ...{ route: route.name, scanId: scan.scanId, openedAt: scan.openedAt, at },
      ...{ place: placeOf(deps), fixOf: fixFor, coverage: scan.coverage, baseline: scan.baseline },
      findings: totals.findings,
      ...(totals.partial && { partial: totals.partial }),
      ...(scan.previous && { previous: scan.previous }),
      ...newsFor(route.name, config, gathered),
      ...(fleetRoutes(config.routes).includes(route.name)
        ? { ...targetNews(scan, totals), added: gathered.added }
        : { targetErrors: [], hearsOfFleet: false }),
    })
    if (message) keys.push(...(await freezeMessage(deps, scan.scanId, route, message)))
  }
  return keys
}

/** Puts a route's message into the table, in the form of each of its destinations. Returns the keys. */
export const freezeMessage = async (
  { store }: Pick<RunScanDeps, 'store'>,
  scanId: string,
  route: { name: string; amazonQ: boolean },
  { subject, bodies, attributes, amazonQ }: DigestMessage,
  { reminder = false } = {},
): Promise<string[]> => {
  const digests: Digest[] = [
    { scanId, route: digestKey(route.name, { reminder }), subject, bodies, attributes },
    ...(route.amazonQ
      ? [
          {
            ...{ scanId, subject, attributes, bodies: { default: amazonQ } },
            route: digestKey(route.name, { reminder, amazonQ: true }),
          },
        ]
      : []),
  ]
  for (const digest of digests) await store.freezeDigest(digest)
  return digests.map(({ route: key }) => key)
}

/** The part of the news that a route takes. */
const newsFor = (
  name: string,
  { routes, ownerTag }: { routes: Route[]; ownerTag: string },
  all: Gathered,
) => {
  const { changes, begins, held, nodes } = all
  const takes = (
    of: Pick<Transition, 'account' | 'region' | 'instanceId' | 'cluster'> & Partial<Transition>,
  ) => {
    const owner = ownerOf(nodes.get(nodeKey(of))?.tags ?? {}, ownerTag)
    const { cluster, severity } = of
    const concern = {
      ...(owner !== undefined && { owner }),
      ...(cluster !== undefined && { cluster }),
      ...(severity !== undefined && { severity }),
    }
    return routesTaking(routes, concern).includes(name)
  }
  const transitions = changes.filter((each) => !held.has(transitionId(each)) && takes(each))
  const settled = all.settled.filter(({ last }) => takes(last))
  return {
    ...{ transitions, settled, flapping: begins },
    lost: all.lost.filter(takes),
    back: all.back.filter(takes),
    ...{ newTargets: all.newTargets, changed: all.changed, waiverOf: all.waiverOf },
    unwaived: all.unwaived.filter(takes),
    waivers: all.endings.filter(({ about }) =>
      about.length > 0 ? about.some(takes) : fleetRoutes(routes).includes(name),
    ),
    covers: [...transitions, ...settled.flatMap(({ covers }) => covers)],
  }
}

/** Which targets are out of reach that were not, and the reverse. */
const targetNews = (
  { whole, previous }: ToTell,
  { targetErrors }: Totals,
): Pick<DigestInput, 'targetErrors' | 'lostTargets' | 'regained'> => {
  if (!whole) return { targetErrors }
  const [now, before] = [targetsIn(targetErrors), targetsIn(previous?.targetErrors ?? [])]
  return {
    targetErrors,
    lostTargets: [...now].filter((target) => !before.has(target)).length,
    regained: [...before].filter((target) => !now.has(target)).sort(),
  }
}

/** Each error begins with `account/region: `; several of one target are one target. */
const targetsIn = (errors: string[]): Set<string> =>
  new Set(errors.map((error) => error.split(': ')[0] ?? error))
