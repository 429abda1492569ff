import type { Node, Transition } from '../findings/records.ts'
import { type FindingItem, lastTransition } from './finding-items.ts'
import { type Key, keys, type Listing, listings, nodeOfPk } from './keys.ts'
import { expiry, type Table, TTL_ATTRIBUTE } from './table.ts'
import { IS_NEW, putIf, updateIf } from './write.ts'

/** The node is in the key alone: an `instanceId` would put the item in the index by instance. */
export type TransitionItem = Key & Listing & Omit<Transition, keyof Node> & { [TTL_ATTRIBUTE]?: number }

/** Appends a transition; one that is there stays. `supersedes`: the scan of the finding's transition before. */
export const putTransition = async (
  table: Table,
  transition: Transition,
  supersedes: string | undefined,
): Promise<void> => {
  const { account, region, instanceId, ...rest } = transition
  const node = { account, region, instanceId }
  const { ruleId, scanId, at } = transition
  const item = { ...keys.transition(node, ruleId, scanId), ...listings.transition(node, ruleId, at), ...rest }
  await putIf(table, item, IS_NEW)
  if (supersedes === undefined) return
  await updateIf(
    table,
    keys.transition(node, ruleId, supersedes),
    { set: expiry(table, Date.parse(at)) },
    { expression: `attribute_exists(pk) AND attribute_not_exists(#${TTL_ATTRIBUTE})` },
  )
}

/** Appends the transition that the finding's last change is. */
export const appendTransition = (table: Table, item: FindingItem): Promise<void> =>
  putTransition(table, lastTransition(item), item.change.supersedes)

export const transitionOf = ({
  pk,
  sk,
  listKey,
  listSort,
  [TTL_ATTRIBUTE]: _,
  ...rest
}: TransitionItem): Transition => ({ ...nodeOfPk(pk), ...rest })
