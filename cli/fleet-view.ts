import type { Coverage } from '../shared/findings/coverage.ts'
import type { ScanRecord, StoredFinding } from '../shared/findings/records.ts'
import { coverageLine, isFull, type NotAssessed } from '../shared/report/coverage-line.ts'
import type { FindingRow } from '../shared/report/findings-table.ts'
import { shortTime } from '../shared/report/findings-table.ts'
import { plainText } from '../shared/report/plain-text.ts'
import { isWhole } from '../shared/store/scans.ts'
import type { CommandResult, Store } from '../shared/store/store.ts'
import type { Waived } from '../shared/waivers/waived-findings.ts'

/** A scan that ended, and the instances that it saw. */
export type ScanView = { record: ScanRecord; results: CommandResult[] }

/** How far back is looked, at once and where those are of single instances, open or broken off. */
const [FEW_SCANS, SCANS_BACK] = [3, 50]

/**
 * The newest scan of the whole fleet that ended well: what the fleet's coverage is taken from. Whom it saw is read only where
 * somebody was not assessed.
 */
export const lastScan = async (
  store: Pick<Store, 'scans' | 'commandResults'>,
): Promise<ScanView | undefined> => {
  const record = (await store.scans(FEW_SCANS)).find(isWhole) ?? (await store.scans(SCANS_BACK)).find(isWhole)
  if (!record) return undefined
  return { record, results: hasAssessedAll(record) ? [] : await store.commandResults(record.scanId) }
}

const hasAssessedAll = ({ coverage }: ScanRecord): boolean =>
  coverage !== undefined &&
  Object.entries(coverage.byState).every(([state, count]) => state === 'assessed' || count === 0)

/** The instances that the scan did not assess, by name. */
export const notAssessedOf = ({ results }: ScanView): NotAssessed[] =>
  results.flatMap(({ account, region, outcomes }) =>
    outcomes
      .filter(({ state }) => state !== 'assessed')
      .map(({ instanceId, state, detail }) => ({
        account,
        region,
        instanceId,
        state,
        ...(detail !== undefined && { detail }),
      })),
  )

const NOTHING: Coverage = { total: 0, assessed: 0, byState: {} }

/** More names than this would bury the rest; the JSON output names all. */
const EMPTY_SHOWN = 10

/**
 * What was assessed of the fleet, in a line; no target may have been out of reach for it to be full. A fleet in which
 * nothing was found to assess is not full either: wrong tags look like that.
 */
export const coverageOfScan = (view: ScanView): { line: string; full: boolean } => {
  const coverage = view.record.coverage ?? NOTHING
  const errors = view.record.targetErrors ?? []
  const failed =
    errors.length > 0 ? [`not fully scanned: ${errors.map((each) => plainText(each, 500)).join('; ')}`] : []
  const empty = view.record.emptyTargets ?? []
  const more = empty.length > EMPTY_SHOWN ? ` and ${empty.length - EMPTY_SHOWN} more` : ''
  const without =
    empty.length > 0
      ? [
          `no instance with the tags in ${empty
            .slice(0, EMPTY_SHOWN)
            .map((each) => plainText(each))
            .join(', ')}${more}`,
        ]
      : []
  return {
    line: [coverageLine(coverage, notAssessedOf(view)), ...without, ...failed].join('; '),
    full: coverage.total > 0 && isFull(coverage) && failed.length === 0 && view.record.status === 'closed',
  }
}

/** Findings of instances that have left stay in the table, closed, and are no part of the fleet any more. */
export const isInFleet = ({ closed }: StoredFinding): boolean => closed === undefined

/** Where and since when a finding stands; account and region are named only where there are several. */
export const placedRows = <F extends FindingRow['finding'] & Placed>(
  findings: F[],
  more: (finding: F) => Pick<FindingRow, 'stale' | 'notes'>,
): FindingRow[] => {
  const several = (key: 'account' | 'region') => new Set(findings.map((each) => each[key])).size > 1
  const [accounts, regions] = [several('account'), several('region')]
  return findings.map((finding) => ({
    where: [
      ...(accounts ? [finding.account] : []),
      ...(regions ? [finding.region] : []),
      finding.instanceId,
    ].join('/'),
    finding,
    since: finding.since,
    ...(finding.cluster !== undefined && { cluster: finding.cluster }),
    ...(finding.waived && { waived: finding.waived }),
    ...more(finding),
  }))
}

type Placed = Waived<{
  account: string
  region: string
  instanceId: string
  since: string
  cluster?: string
}>

/** Rows for the table of the findings as they stand. */
export const rowsOf = (findings: StoredFinding[]): FindingRow[] => placedRows(findings, standing)

/** Why a verdict is not of today, if it is not. */
const standing = (finding: StoredFinding): Pick<FindingRow, 'stale' | 'notes'> => {
  const { closed, coverage: state, coverageSince: since, assessedAt } = finding
  if (closed === 'rule-off')
    return { notes: [['closed', 'its rule is judged by no longer; this was the last verdict']] }
  if (closed) return { notes: [['closed', `${closed} since ${shortTime(since)}; this was the last verdict`]] }
  return state === 'assessed' ? {} : { stale: { state, since, assessedAt } }
}
