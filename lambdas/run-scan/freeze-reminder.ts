import { ownerOf } from '../../shared/aws/cluster-name.ts'
import type { Coverage } from '../../shared/findings/coverage.ts'
import { nodeKey } from '../../shared/findings/records.ts'
import { buildReminder } from '../../shared/report/digest-reminder.ts'
import { routesTaking } from '../../shared/report/digest-routes.ts'
import { fixFor } from '../../shared/rules/fix.ts'
import { withWaivers } from '../../shared/waivers/waived-findings.ts'
import type { RunScanDeps } from './deps.ts'
import { freezeMessage, placeOf, routesOf, type Totals } from './freeze-digests.ts'

/** Freezes a message to each route of what is still open and overdue there. Returns the keys. May be repeated. */
export const freezeReminder = async (
  deps: RunScanDeps,
  scan: { scanId: string; coverage: Coverage },
  { findings, targetErrors }: Totals,
): Promise<string[]> => {
  const { store, config, now } = deps
  const { routes, ownerTag, sla, reminder } = config
  const { scanId, coverage } = scan
  const found = await store.findings({ status: ['FAIL', 'ERROR'] })
  const at = now().toISOString()
  const all = (await withWaivers(store, found, at)).filter(({ waived }) => waived === undefined)
  const nodes = new Map((await store.nodes(all)).map((each) => [nodeKey(each.node), each]))
  const keys: string[] = []
  for (const route of routesOf(deps)) {
    const open = all.filter((finding) => {
      const owner = ownerOf(nodes.get(nodeKey(finding))?.tags ?? {}, ownerTag)
      const { cluster, severity } = finding
      return routesTaking(routes, {
        severity,
        ...(owner !== undefined && { owner }),
        ...(cluster !== undefined && { cluster }),
      }).includes(route.name)
    })
    const message = buildReminder({
      ...{ scanId, route: route.name, at, coverage, findings, targetErrors },
      ...{ place: placeOf(deps), fixOf: fixFor, open, sla, everyDays: reminder.everyDays },
    })
    if (message) keys.push(...(await freezeMessage(deps, scanId, route, message, { reminder: true })))
  }
  return keys
}
