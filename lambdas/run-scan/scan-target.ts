import { MOST_PER_COMMAND } from '../../shared/aws/commands.ts'
import type { ScanTarget } from '../../shared/config/scanner-config.ts'
import { addCoverage, type Coverage } from '../../shared/findings/coverage.ts'
import { DOCUMENT_FAILED, INVENTORY_FAILED } from '../../shared/findings/lost-nodes.ts'
import { checkDocument } from './check-document.ts'
import type { Run } from './deps.ts'
import { type Listed, listInstances } from './list-instances.ts'
import { type Missed, noteMissed } from './note-missed.ts'
import { noteUnassessed } from './note-unassessed.ts'
import { idsIn } from './only.ts'
import { addChunks, type ChunkResult, type Counts, scanChunk } from './scan-chunk.ts'
import { sendCanary } from './send-canary.ts'
import { compressed, reasonOf, retrying } from './steps.ts'
import { withhold } from './withhold.ts'

/** What came of one target: small, since it is checkpointed. */
export type TargetResult = {
  /** Whether its instances could be listed. */
  inventoried: boolean
  coverage: Coverage
  changes: number
  cancelled: boolean
  errors: string[]
  /** Of a scan for some instances alone: those that are here, as `account/region/id`. */
  found: string[]
}

/** Of an instance whose command broke off in a way that nobody has foreseen. */
const NOT_SCANNED = 'NotScanned'

/** What came of the commands of a target; `unnoted`: instances of which not even that could be recorded. */
type Scanned = ChunkResult & { unnoted: number }

export const targetName = ({ account, region }: Pick<ScanTarget, 'account' | 'region'>): string =>
  `${account}/${region}`

/**
 * Lists the instances of one account and region, notes those that get no command, and has the others scanned in
 * groups. What fails in here is reported, and stops no other target.
 */
export const scanTarget = async (run: Run, target: ScanTarget): Promise<TargetResult> => {
  const { ctx, deps, scan } = run
  const { only } = scan
  let listed: Listed
  try {
    listed = await ctx.step('inventory', async () => listInstances(run, target, only), {
      ...retrying,
      serdes: compressed<Listed>(),
    })
  } catch (error) {
    const counts = await ctx.step('note-out-of-reach', async () => noteOutOfReach(run, target), retrying)
    const errors = [`${targetName(target)}: its instances could not be listed: ${reasonOf(error)}`]
    return { ...counts, inventoried: false, cancelled: false, errors, found: [] }
  }
  const { toScan, skipped } = listed
  const noted = await ctx.step(
    'note-skipped',
    async () => noteUnassessed(run, target, 'inventory', skipped),
    retrying,
  )
  const sent = await sendOrNote(run, target, listed)
  const coverage = addCoverage([noted.coverage, sent.coverage])
  // Whoever is not recorded must not be taken for assessed by the inventory's time.
  if (only === undefined && !sent.cancelled && sent.unnoted === 0)
    await ctx.step(
      'note-target',
      async () => deps.store.putTarget(keyOf(target), { inventoriedAt: scan.openedAt, coverage }),
      retrying,
    )
  return {
    inventoried: true,
    coverage,
    changes: noted.changes + sent.changes,
    cancelled: sent.cancelled,
    // A hundred commands that fail for one reason are one thing to read.
    errors: [...new Set(sent.errors)].map((failure) => `${targetName(target)}: ${failure}`),
    found: only ? [...toScan, ...skipped].map((each) => `${targetName(target)}/${each.instanceId}`) : [],
  }
}

/** Where sending breaks as a whole, all that were to be scanned are still known here, new ones too. */
const sendOrNote = async (run: Run, target: ScanTarget, listed: Listed): Promise<Scanned> => {
  const { toScan } = listed
  try {
    return await sendAll(run, target, listed)
  } catch (error) {
    const reason = `its instances could not be scanned: ${reasonOf(error)}`
    return noteUnscanned(run, target, { n: 'unscanned', instances: toScan, reason })
  }
}

/** Sends the collector to those that are to be scanned: only where the account and region have it unchanged. */
const sendAll = async (run: Run, target: ScanTarget, listed: Listed): Promise<Scanned> => {
  const { toScan, canaryAfter } = listed
  if (toScan.length === 0) return { ...addChunks([]), unnoted: 0 }
  const document = await checkDocument(run, target)
  if (document.state !== 'ok')
    return {
      ...(await withhold(run, target, toScan, {
        detail: DOCUMENT_FAILED[document.state],
        error: document.problem,
      })),
      unnoted: 0,
    }
  const canary =
    canaryAfter === undefined
      ? { result: addChunks([]), rest: toScan }
      : await sendCanary(run, target, toScan, canaryAfter)
  const groups = groupsOf(canary.rest, MOST_PER_COMMAND)
  const scanned = await run.ctx.map(
    'commands',
    groups,
    (child, instances, index) =>
      scanChunk({ ...run, ctx: child }, target, { n: String(index), instances, share: 1 }),
    {
      maxConcurrency: run.deps.config.concurrency.commands,
      completionConfig: { toleratedFailurePercentage: 100 },
    },
  )
  const noted: Scanned[] = []
  for (const { index, error } of scanned.failed())
    noted.push(
      await noteUnscanned(run, target, {
        n: String(index),
        instances: groups[index] ?? [],
        reason: reasonOf(error),
      }),
    )
  return {
    ...addChunks([canary.result, ...scanned.succeeded().map(({ result }) => result), ...noted]),
    unnoted: noted.reduce((sum, { unnoted }) => sum + unnoted, 0),
  }
}

/** Notes those of these instances that nothing is recorded of; where that fails too, it is said how many they are. */
const noteUnscanned = async (
  run: Run,
  target: ScanTarget,
  { n, instances, reason }: { n: string; instances: Missed[]; reason: string },
): Promise<Scanned> => {
  const nothing = { ...addChunks([]), unnoted: 0 }
  try {
    const counts = await run.ctx.step(
      'note-unscanned',
      async () => noteMissed(run, target, n, instances, NOT_SCANNED),
      retrying,
    )
    return { ...nothing, ...counts, errors: [reason] }
  } catch (error) {
    const unnoted = `${instances.length} of its instances were not scanned, and not counted either: ${reasonOf(error)}`
    return { ...nothing, errors: [reason, unnoted], unnoted: instances.length }
  }
}

const keyOf = ({ account, region }: ScanTarget) => ({ account, region })

/**
 * Without an inventory no instance is taken for stopped, gone or out of scope; but those that should have been
 * assessed were not, and a scan that says nothing of them would pass their old verdicts off as today's.
 */
const noteOutOfReach = async (run: Run, target: ScanTarget): Promise<Counts> => {
  const unreached = (await inScope(run, target)).map((each) => ({
    ...each,
    state: 'unreachable' as const,
    detail: INVENTORY_FAILED,
  }))
  return noteUnassessed(run, target, 'inventory', unreached)
}

/**
 * The same for a target that broke in a way that left no result: what it has recorded stands and is counted, and its
 * other known instances are noted. May be repeated.
 */
export const noteBroken = async (run: Run, target: ScanTarget): Promise<Counts> =>
  noteMissed(run, target, 'broken', await inScope(run, target), INVENTORY_FAILED)

/** The known instances of a target that the scan should assess. */
const inScope = async (run: Run, target: ScanTarget): Promise<Missed[]> => {
  const { only } = run.scan
  const wanted = only && new Set(idsIn(target, only))
  const known = await run.deps.store.nodesOf(keyOf(target))
  return known
    .filter(({ state }) => ['assessed', 'unreachable', 'unmanaged'].includes(state))
    .filter(({ node }) => wanted === undefined || wanted.has(node.instanceId))
    .map(({ node, state: _, detail: __, ...rest }) => ({ ...rest, instanceId: node.instanceId }))
}

export const groupsOf = <T>(items: T[], size: number): T[][] =>
  Array.from({ length: Math.ceil(items.length / size) }, (_, i) => items.slice(i * size, (i + 1) * size))
