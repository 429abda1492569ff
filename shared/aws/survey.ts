import type { ScanTarget } from '../config/scanner-config.ts'
import {
  type KnownInstance,
  type ListedInstance,
  type Naming,
  type SkippedInstance,
  takeStock,
} from './inventory.ts'
import type { ManagedInstance } from './managed-instances.ts'
import { type Outside, outsideSelectors } from './outside.ts'
import type { SenderClients } from './sender-clients.ts'

/** An instance, with what Systems Manager knows of it where that was asked: it runs, and it is not left out. */
export type Surveyed<Instance> = Instance & { agent?: ManagedInstance }

/** An inventory for a person to look at; `outside` where it was asked for. */
export type Survey = {
  toScan: Surveyed<ListedInstance>[]
  skipped: Surveyed<SkippedInstance>[]
  outside?: Outside
}

/** `only`: these ids alone. `outside`: look also for control planes that no selector matches. */
export type SurveyQuestion = { only?: string[]; outside?: boolean }

/** Takes the inventory as a scan would, and tells more of it than a scan has to remember. */
export const takeSurvey = async (
  clients: SenderClients,
  target: ScanTarget,
  known: KnownInstance[],
  naming: Naming,
  { only, outside = false }: SurveyQuestion = {},
): Promise<Survey> => {
  const { toScan, skipped, seen, managed } = await takeStock(clients, target, known, naming, only)
  const withAgent = <Instance extends ListedInstance>(instance: Instance): Surveyed<Instance> => {
    const agent = managed.get(instance.instanceId)
    return { ...instance, ...(agent && { agent }) }
  }
  return {
    toScan: toScan.map(withAgent),
    skipped: skipped.map(withAgent),
    ...(outside && { outside: await outsideSelectors(clients.ec2, seen, naming) }),
  }
}
