import packageJson from '../package.json' with { type: 'json' }
import { type Node, nodeKey } from '../shared/findings/records.ts'
import { fleetAt, wasInFleet } from '../shared/history/past.ts'
import { allFindings } from '../shared/queries/all-findings.ts'
import { type AuditInput, type AuditReport, auditReport } from '../shared/report/audit-report.ts'
import { NEEDS_HISTORY } from '../shared/report/formats/names.ts'
import { loadRules } from '../shared/rules/load.ts'
import type { Store } from '../shared/store/store.ts'
import { ENGINE_VERSION } from '../shared/version.ts'
import { withPastWaivers } from '../shared/waivers/waived-findings.ts'
import type { ReportQuestion } from './report-options.ts'
import { readSample, withProofs } from './report-proofs.ts'

/** Reads all that a report shows. Undefined: no scan of the whole fleet had closed by the moment. */
export const readReport = async (
  store: Store,
  { format, at, isNow, period, scope, sample }: ReportQuestion,
  now: Date,
): Promise<AuditReport | undefined> => {
  const past = await fleetAt(store, at, scope)
  if (!past) return undefined
  const rules = loadRules()
  const wholeHistory = NEEDS_HISTORY.some((each) => each === format)
  const [waived, standing, history, waivers, clusters] = await Promise.all([
    withPastWaivers(store, past.findings.filter(wasInFleet), at),
    allFindings(store, now.toISOString(), scope),
    wholeHistory || period ? historyUpTo(store, at, scope, wholeHistory ? undefined : period?.from) : [],
    store.waiverRevisions(),
    clustersOf(store, past.results),
  ])
  const findings = await withProofs(store, waived, standing, { rules, isNow })
  // What a finding recorded at the moment is nearer to it than what the instance is tagged with now.
  for (const finding of findings)
    if (finding.cluster !== undefined) clusters.set(nodeKey(finding), finding.cluster)
  const input: AuditInput = {
    ...{
      generatedAt: now.toISOString(),
      scope,
      past,
      findings,
      clusters,
      waivers,
      history,
      wholeHistory,
      rules,
    },
    ...(period && { period }),
    versions: { fleetScanner: packageJson.version, engine: ENGINE_VERSION },
    ...(sample && { sample: await readSample(store, findings, sample, rules) }),
  }
  return auditReport(input)
}

const historyUpTo = async (
  store: Store,
  at: string,
  scope: ReportQuestion['scope'],
  since: string | undefined,
): Promise<AuditInput['history']> =>
  (await store.history({ ...scope, ...(since !== undefined && { since }) })).filter((each) => each.at <= at)

/** By node key, as the instances are tagged now. */
const clustersOf = async (
  store: Pick<Store, 'nodes'>,
  results: AuditInput['past']['results'],
): Promise<Map<string, string>> => {
  const nodes: Node[] = results.flatMap(({ account, region, outcomes }) =>
    outcomes.map(({ instanceId }) => ({ account, region, instanceId })),
  )
  return new Map(
    (await store.nodes(nodes)).flatMap(({ node, cluster }) =>
      cluster === undefined ? [] : [[nodeKey(node), cluster] as const],
    ),
  )
}
