import { MOST_PER_COMMAND } from '../../shared/aws/commands.ts'
import type { Inventory } from '../../shared/aws/inventory.ts'
import type { ScanTarget } from '../../shared/config/scanner-config.ts'
import { addCoverage, type Coverage } from '../../shared/findings/coverage.ts'
import type { Run } from './deps.ts'
import { noteUnassessed } from './note-unassessed.ts'
import { scanChunk } from './scan-chunk.ts'
import { compressed, reasonOf, retrying } from './steps.ts'

/** What came of one target: small, since it is checkpointed. */
export type TargetResult = {
  /** Whether its instances could be listed. */
  inventoried: boolean
  coverage: Coverage
  changes: number
  errors: string[]
}

/** Commands of one target that are under way at the same time. */
const COMMANDS_AT_ONCE = 10

export const targetName = ({ account, region }: ScanTarget): string => `${account}/${region}`

/**
 * Lists the instances of one account and region, notes those that get no command, and has the others scanned in
 * groups. What fails in here is reported, and stops no other target.
 */
export const scanTarget = async (run: Run, target: ScanTarget): Promise<TargetResult> => {
  const { ctx, deps, scan } = run
  let inventory: Inventory
  try {
    inventory = await ctx.step('inventory', async () => listInstances(run, target), {
      ...retrying,
      serdes: compressed<Inventory>(),
    })
  } catch (error) {
    const coverage = await ctx.step('note-out-of-reach', async () => noteOutOfReach(run, target), retrying)
    const errors = [`${targetName(target)}: its instances could not be listed: ${reasonOf(error)}`]
    return { inventoried: false, coverage, changes: 0, errors }
  }
  const skipped = await ctx.step(
    'note-skipped',
    async () => noteUnassessed(run, target, 'inventory', inventory.skipped),
    retrying,
  )
  const groups = groupsOf(inventory.toScan, MOST_PER_COMMAND)
  const scanned = await ctx.map(
    'commands',
    groups,
    (child, group, index) => scanChunk({ ...run, ctx: child }, target, group, String(index)),
    { maxConcurrency: COMMANDS_AT_ONCE, completionConfig: { toleratedFailurePercentage: 100 } },
  )
  const results = scanned.succeeded().map(({ result }) => result)
  const failures = [...results.flatMap(({ errors }) => errors), ...scanned.getErrors().map(reasonOf)]
  const coverage = addCoverage([skipped, ...results.map((each) => each.coverage)])
  await ctx.step(
    'note-target',
    async () => deps.store.putTarget(keyOf(target), { inventoriedAt: scan.openedAt, coverage }),
    retrying,
  )
  return {
    inventoried: true,
    coverage,
    changes: results.reduce((sum, { changes }) => sum + changes, 0),
    // A hundred commands that fail for one reason are one thing to read.
    errors: [...new Set(failures)].map((failure) => `${targetName(target)}: ${failure}`),
  }
}

const keyOf = ({ account, region }: ScanTarget) => ({ account, region })

const listInstances = async ({ deps }: Run, target: ScanTarget): Promise<Inventory> => {
  const known = (await deps.store.nodesOf(keyOf(target))).filter(({ state }) => state !== 'retired')
  return deps.access(target).inventory(
    known.map(({ node, cluster, tags }) => ({
      instanceId: node.instanceId,
      tags,
      ...(cluster !== undefined && { cluster }),
    })),
  )
}

/**
 * Without an inventory no instance is taken for stopped, gone or out of scope; but those that should have been
 * assessed were not, and a scan that says nothing of them would pass their old verdicts off as today's.
 */
const noteOutOfReach = async (run: Run, target: ScanTarget): Promise<Coverage> => {
  const known = await run.deps.store.nodesOf(keyOf(target))
  const inScope = known.filter(({ state }) => ['assessed', 'unreachable', 'unmanaged'].includes(state))
  const unreached = inScope.map(({ node, ...rest }) => ({
    ...rest,
    instanceId: node.instanceId,
    state: 'unreachable' as const,
    detail: 'InventoryFailed',
  }))
  return noteUnassessed(run, target, 'inventory', unreached)
}

const groupsOf = <T>(items: T[], size: number): T[][] =>
  Array.from({ length: Math.ceil(items.length / size) }, (_, i) => items.slice(i * size, (i + 1) * size))
