import type { SkippedInstance } from '../../shared/aws/inventory.ts'
import type { ScanTarget } from '../../shared/config/scanner-config.ts'
import { coverageOf } from '../../shared/findings/coverage.ts'
import type { Run } from './deps.ts'
import { noteUnassessed } from './note-unassessed.ts'
import type { Counts } from './scan-chunk.ts'

/** An instance that a scan should have assessed. */
export type Missed = Omit<SkippedInstance, 'state' | 'detail'>

/**
 * After something broke off, nobody knows how far it came: notes, under the name `n`, those of these instances that
 * the scan has no outcome of as unreachable, so that none goes silently missing. Counts all of these instances. May be
 * repeated.
 */
export const noteMissed = async (
  run: Run,
  target: ScanTarget,
  n: string,
  instances: Missed[],
  detail: string,
): Promise<Counts> => {
  const { deps, scan } = run
  const { account, region } = target
  // Read before the rest: a record of this name is whole once it can be read by it, and then nothing is left to note.
  const own = await deps.store.commandResult(scan.scanId, target, n)
  const others = (await deps.store.resultsOfTarget(scan.scanId, { account, region })).filter(
    (each) => each.n !== n,
  )
  const wanted = new Set(instances.map(({ instanceId }) => instanceId))
  const recorded = own ? [...others, own] : others
  const outcomes = recorded
    .flatMap((each) => each.outcomes)
    .filter(({ instanceId }) => wanted.has(instanceId))
  const seen = new Map(outcomes.map(({ instanceId, state }) => [instanceId, state]))
  const told = recorded.flatMap((each) => each.changes).filter(({ instanceId }) => wanted.has(instanceId))
  const missed = own ? [] : instances.filter(({ instanceId }) => !seen.has(instanceId))
  const changes = await deps.store.changesMade(
    scan.scanId,
    missed.map(({ instanceId }) => ({ account, region, instanceId })),
  )
  const noted = { coverage: coverageOf([...seen.values(), ...missed.map(() => 'unreachable' as const)]) }
  if (missed.length === 0) return { ...noted, changes: told.length }
  const unreached = missed.map((each) => ({ ...each, state: 'unreachable' as const, detail }))
  const { changes: made } = await noteUnassessed(run, target, n, unreached, changes)
  return { ...noted, changes: told.length + made }
}
