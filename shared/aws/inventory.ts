import { keptTags } from '../config/kept-tags.ts'
import type { ScanTarget } from '../config/scanner-config.ts'
import type { CoverageState } from '../findings/coverage.ts'
import { clusterName } from './cluster-name.ts'
import { type Ec2Instance, instancesById, instancesByTag } from './instances.ts'
import { type ManagedInstance, managedInstances } from './managed-instances.ts'
import type { SenderClients } from './sender-clients.ts'

/** An instance to send the collector to. `tags`: those that the configuration names, and Name. */
export type ListedInstance = { instanceId: string; cluster?: string; tags: Record<string, string> }

/** An instance that gets no command, and why. */
export type SkippedInstance = ListedInstance & { state: Exclude<CoverageState, 'assessed'>; detail?: string }

export type Inventory = { toScan: ListedInstance[]; skipped: SkippedInstance[] }

/** Which tags name what. */
export type Naming = Parameters<typeof keptTags>[0]

/** An instance that an earlier scan saw in the target and that is not retired. */
export type KnownInstance = { instanceId: string; cluster?: string; tags: Record<string, string> }

/**
 * Sorts a target's instances: those with the tags into the ones to scan and the ones not to, and those of earlier
 * scans that have lost the tags or are gone. `known` is what earlier scans saw here. With `only`, at most 100 ids, no
 * other instance is looked at, and none is said to have left.
 */
export const takeInventory = async (
  clients: SenderClients,
  target: ScanTarget,
  known: KnownInstance[],
  naming: Naming,
  only?: string[],
): Promise<Inventory> => {
  const { toScan, skipped } = await takeStock(clients, target, known, naming, only)
  return { toScan, skipped }
}

/** The same, with what was seen on the way: all instances with the tags, and those that Systems Manager manages. */
export const takeStock = async (
  { ec2, ssm }: SenderClients,
  target: ScanTarget,
  known: KnownInstance[],
  naming: Naming,
  only?: string[],
): Promise<Inventory & { seen: Set<string>; managed: Map<string, ManagedInstance> }> => {
  const tagged = (await instancesByTag(ec2, target.selectors, only)).filter(({ state }) => state !== 'gone')
  const candidates = tagged.filter(({ state, tags }) => state === 'running' && !isExcluded(tags, naming))
  const managed = await managedInstances(
    ssm,
    candidates.map(({ instanceId }) => instanceId),
  )
  const inventory: Inventory = { toScan: [], skipped: [] }
  for (const instance of tagged) {
    const listed = list(instance, target, naming)
    const skip = whyNot(instance, managed.get(instance.instanceId), naming)
    if (skip) inventory.skipped.push({ ...listed, ...skip })
    else inventory.toScan.push(listed)
  }
  const seen = new Set(tagged.map(({ instanceId }) => instanceId))
  const missing = only ? [] : known.filter(({ instanceId }) => !seen.has(instanceId))
  inventory.skipped.push(...(await whereabouts(ec2, missing)))
  return { ...inventory, seen, managed }
}

const list = (instance: Ec2Instance, target: ScanTarget, naming: Naming): ListedInstance => {
  const cluster = clusterName(instance.tags, naming.clusterTag)
  const kept = new Set([...target.selectors.flatMap(Object.keys), ...keptTags(naming)])
  return {
    instanceId: instance.instanceId,
    ...(cluster !== undefined && { cluster }),
    tags: Object.fromEntries(Object.entries(instance.tags).filter(([key]) => kept.has(key))),
  }
}

const whyNot = (
  instance: Ec2Instance,
  managed: ManagedInstance | undefined,
  naming: Naming,
): Pick<SkippedInstance, 'state' | 'detail'> | undefined => {
  if (isExcluded(instance.tags, naming)) return { state: 'excluded', detail: naming.optOutTag }
  if (instance.state !== 'running') return { state: 'stopped', detail: instance.stateName }
  if (managed === undefined) return { state: 'unmanaged' }
  if (managed.pingStatus !== 'Online') return { state: 'unreachable', detail: managed.pingStatus }
  if (managed.platform !== 'Linux') return { state: 'unreachable', detail: `${managed.platform} platform` }
  return undefined
}

/** Whether somebody has left the instance out. */
export const isExcluded = (
  tags: Record<string, string>,
  { optOutTag }: Pick<Naming, 'optOutTag'>,
): boolean => {
  const value = tags[optOutTag]
  return value !== undefined && value.toLowerCase() !== 'false'
}

/** Gone for good, or there without the tags: asked of EC2 by id, never guessed from absence in a list of tags. */
const whereabouts = async (
  ec2: SenderClients['ec2'],
  missing: KnownInstance[],
): Promise<SkippedInstance[]> => {
  const ids = missing.map(({ instanceId }) => instanceId)
  const there = new Map((await instancesById(ec2, ids)).map((instance) => [instance.instanceId, instance]))
  return missing.map(({ instanceId, cluster, tags }) => {
    const instance = there.get(instanceId)
    const isGone = instance === undefined || instance.state === 'gone'
    return {
      instanceId,
      ...(cluster !== undefined && { cluster }),
      tags,
      ...(isGone
        ? { state: 'retired' as const, detail: instance?.stateName ?? 'unknown to EC2' }
        : { state: 'left-scope' as const, detail: instance.stateName }),
    }
  })
}
