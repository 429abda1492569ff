import type { DurableContext } from '@aws/durable-execution-sdk-js'
import { type ScannerConfig, type ScanTarget, scanTargets } from '../../shared/config/scanner-config.ts'
import type { TargetKey } from '../../shared/store/store.ts'
import type { RunScanDeps } from './deps.ts'
import { targetName } from './scan-target.ts'
import { compressed, reasonOf, retrying } from './steps.ts'

/** All that there is to look at, with the accounts that organizational units bring today. */
export type FleetTargets = {
  targets: ScanTarget[]
  /** Units that could not be listed, or that hold nothing, in words. */
  errors: string[]
  /** What was a target by its account's unit in an earlier scan, and is none any more. */
  left: TargetKey[]
  /** What is to be remembered of each unit once those that have left are noted. */
  units: { unit: string; accounts: string[] }[]
}

/** One unit as it is seen now. `accounts`: those to look at; `known`: those of earlier scans. */
type Seen = { unit: string; accounts: string[]; known: string[]; listed: boolean; error?: string }

/**
 * Finds the targets of a scan. A unit that cannot be listed stops nothing: the accounts that earlier scans saw in it are
 * looked at all the same, so that none of their nodes goes missing, and the error is reported. Only reads.
 */
export const fleetTargets = async (ctx: DurableContext, deps: RunScanDeps): Promise<FleetTargets> => {
  const seen: Seen[] = []
  // One after the other: the quotas of Organizations are low.
  for (const unit of unitsOf(deps.config)) seen.push(await lookAt(unit, ctx, deps))
  const targets = scanTargets(deps.config, new Map(seen.map(({ unit, accounts }) => [unit, accounts])))
  // An account that left one unit may be in another one, so that takes all of them to be sure.
  const isSure = seen.every(({ listed }) => listed)
  return {
    targets,
    errors: seen.flatMap(({ unit, error }) => (error === undefined ? [] : `${unit}: ${error}`)),
    left: isSure ? leftOf(deps.config, seen, targets) : [],
    units: seen.map(({ unit, accounts, known }) => ({
      unit,
      accounts: isSure ? accounts : [...new Set([...accounts, ...known])].sort(),
    })),
  }
}

const unitsOf = ({ targets }: ScannerConfig): string[] => [
  ...new Set(targets.flatMap(({ organizationalUnits = [] }) => organizationalUnits)),
]

const lookAt = async (unit: string, ctx: DurableContext, deps: RunScanDeps): Promise<Seen> => {
  const kept = { ...retrying, serdes: compressed<string[]>() }
  const known = await ctx.step('known-accounts', async () => (await deps.store.unit(unit)) ?? [], kept)
  try {
    const accounts = await ctx.step('accounts', async () => deps.accountsIn(unit), kept)
    // Most likely another unit is meant; and nothing to assess is not the same as nothing that fails.
    const empty = accounts.length === 0 && { error: 'it holds no active account' }
    return { unit, accounts, known, listed: true, ...empty }
  } catch (error) {
    const instead =
      known.length === 0
        ? 'none is known from an earlier scan, so none of it was looked at'
        : 'those of the last scan were looked at'
    return {
      ...{ unit, accounts: known, known, listed: false },
      error: `its accounts could not be listed: ${reasonOf(error)}; ${instead}`,
    }
  }
}

const leftOf = (config: ScannerConfig, seen: Seen[], targets: ScanTarget[]): TargetKey[] => {
  const gone = seen.map(({ unit, accounts, known }): [string, string[]] => {
    const there = new Set(accounts)
    return [unit, known.filter((account) => !there.has(account))]
  })
  const now = new Set(targets.map(targetName))
  return scanTargets(config, new Map(gone))
    .filter((target) => !now.has(targetName(target)))
    .map(({ account, region }) => ({ account, region }))
}
