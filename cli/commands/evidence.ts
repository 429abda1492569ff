import { type Verification, verifyEvidence } from '../../shared/history/verify-evidence.ts'
import { shortTime } from '../../shared/report/findings-table.ts'
import { unpainted } from '../../shared/report/grid.ts'
import { renderJson, renderJsonl } from '../../shared/report/json.ts'
import { sealLines, sealProblemLines } from '../../shared/report/seals-table.ts'
import { renderVerification, verificationLine } from '../../shared/report/verification-table.ts'
import { loadRules } from '../../shared/rules/load.ts'
import { BundleError } from '../../shared/seal/bundle.ts'
import { bundleReader, emptyBundle, takeLine } from '../../shared/seal/bundle-reader.ts'
import { readBundle } from '../../shared/seal/read-bundle.ts'
import { type SealScope, tableReader } from '../../shared/seal/reader.ts'
import { SKEW_MS } from '../../shared/seal/unsealed-scans.ts'
import { type SealReport, verifySeals } from '../../shared/seal/verify-seals.ts'
import type { FindingFilter } from '../../shared/store/store.ts'
import { ENGINE_VERSION } from '../../shared/version.ts'
import { EXIT, type ExitCode, UsageError } from '../exit-code.ts'
import { filterOf } from '../filters.ts'
import { checkOutput, type Globals, painter, printResults, say } from '../output.ts'
import { readStore } from '../read-store.ts'

export type EvidenceOptions = { instance?: string; rule?: string; restate?: boolean; anchor?: string }

/** What was judged again, and what the seals say. `bundle`: when it was made, and what it holds where that is not all. */
export type Verified = Verification & { seals: SealReport; bundle?: { exportedAt: string; scope: SealScope } }

/**
 * Judges evidence again, of a table or of a bundle, and holds what is stored against the seals. Prints where either comes
 * out otherwise; appends verdicts that today's versions give otherwise where asked to.
 */
export const verify = async (
  bundle: string | undefined,
  options: EvidenceOptions,
  globals: Globals,
): Promise<ExitCode> => {
  checkOutput(globals)
  const { restate = false, anchor: given, ...place } = options
  const anchor = given === undefined ? {} : { anchor: anchorOf(given) }
  const now = new Date()
  const asked = { filter: filterOf(place, now), anchor, now: now.toISOString() }
  const result =
    bundle === undefined
      ? await ofTable(asked, restate, globals)
      : await ofBundle(bundle, asked, restate, globals)
  const text = {
    table: () => renderVerified(result, globals),
    json: () => renderJson(result),
    jsonl: () => renderJsonl(linesOf(result)),
  }[globals.format]()
  await printResults(globals, text)
  if (globals.format === 'jsonl' || globals.output !== undefined)
    say([verificationLine(result), ...sealLines(result.seals)].join('\n'))
  return exitCodeOf(result)
}

type Asked = { filter: FindingFilter; anchor: { anchor?: string }; now: string }

const judging = (now: string) => ({ rules: loadRules(), engineVersion: ENGINE_VERSION, at: now })

const ofTable = ({ filter, anchor, now }: Asked, restate: boolean, globals: Globals): Promise<Verified> =>
  readStore(globals, async (store) => {
    const seals = await verifySeals(tableReader(store), { ...anchor, now })
    const appendTo = restate ? { appendTo: store } : {}
    return { ...(await verifyEvidence(store, filter, { ...judging(now), ...appendTo })), seals }
  })

/** What was gone when the bundle was made had to have expired by then. */
const ofBundle = async (
  path: string,
  { filter, anchor, now }: Asked,
  restate: boolean,
  { local, stack }: Globals,
): Promise<Verified> => {
  if (local || stack !== undefined)
    throw new UsageError('a bundle is verified by itself; give either it, or --local or --stack NAME')
  if (restate) throw new UsageError('--restate appends to a table; it goes with --local or --stack NAME')
  const bundle = emptyBundle()
  const header = await readBundle(path, (line) => takeLine(bundle, line)).catch((error: unknown) => {
    throw error instanceof BundleError ? new UsageError(error.message) : error
  })
  const reader = bundleReader(bundle, header)
  const { exportedAt, scope } = header
  const seals = await verifySeals(reader, { ...anchor, now: exportedAt < now ? exportedAt : now })
  const { head } = seals
  if (head && Date.parse(head.sealedAt) > Date.parse(exportedAt) + SKEW_MS)
    seals.problems.push({
      ...{ kind: 'seal', item: `seal ${head.number}`, seal: head.number },
      problem: `was made on ${head.sealedAt}, after the bundle says that it was (${exportedAt})`,
    })
  const verified = await verifyEvidence(reader.source, filter, judging(now))
  return { ...verified, seals, bundle: { exportedAt, scope } }
}

const anchorOf = (text: string): string => {
  const hash = text.trim().toLowerCase()
  if (/^[0-9a-f]{64}$/.test(hash)) return hash
  throw new UsageError(
    '--anchor takes the hash of a seal: 64 characters of 0-9 and a-f, as evidence verify prints it',
  )
}

const renderVerified = (result: Verified, globals: Globals): string => {
  const paint = globals.output === undefined ? painter(globals) : unpainted
  const problems = sealProblemLines(result.seals, paint)
  return [
    ...problems,
    ...(problems.length > 0 ? [''] : []),
    renderVerification(result, paint).trimEnd(),
    ...(result.bundle ? [bundleLine(result.bundle)] : []),
    ...sealLines(result.seals),
    '',
  ].join('\n')
}

/** Who alters a bundle may also have it say that it holds less: that must be seen. */
const bundleLine = ({ exportedAt, scope: { seals, instances } }: NonNullable<Verified['bundle']>): string => {
  const parts = [
    ...(seals ? [`of seals ${seals.from} to ${seals.to}`] : []),
    ...(instances ? [`of ${instances.length === 1 ? '1 instance' : `${instances.length} instances`}`] : []),
  ]
  const holds = parts.length === 0 ? 'everything' : `only what was recorded ${parts.join(', ')}`
  return `the bundle was made ${shortTime(exportedAt)} and holds ${holds}`
}

const linesOf = ({ seals, changedRules, disagree, differ, unverifiable }: Verified): object[] => [
  ...seals.problems,
  ...changedRules,
  ...disagree,
  ...differ,
  ...unverifiable,
]

const exitCodeOf = ({ disagree, differ, unverifiable, changedRules, seals }: Verified): ExitCode => {
  const wrong = disagree.length + differ.length + changedRules.length + seals.problems.length
  if (wrong > 0) return EXIT.somethingFails
  return unverifiable.length > 0 ? EXIT.notAssessed : EXIT.nothingFails
}
