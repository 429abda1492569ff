import type { Node, Transition } from '../findings/records.ts'
import { type FindingItem, lastTransition } from './finding-items.ts'
import { type Key, keys, type Listing, listings, nodeOfPk } from './keys.ts'
import { expiry, type Table, TTL_ATTRIBUTE } from './table.ts'
import { IS_NEW, putIf, updateIf } from './write.ts'

/** The node is in the key alone: an `instanceId` would put the item in the index by instance. */
export type TransitionItem = Key &
  Listing &
  Omit<Transition, keyof Node> & {
    [TTL_ATTRIBUTE]?: number
    /** The scan of the finding's transition before; absent also on those of earlier versions. */
    supersedes?: string
  }

/** Whether it ends a failure, or an ERROR that may have followed one: mended, or closed. */
export const isEnd = ({ from, to, closed }: Pick<Transition, 'from' | 'to' | 'closed'>): boolean =>
  (from === 'FAIL' || from === 'ERROR') && (closed !== undefined || to === 'PASS' || to === 'NOT_APPLICABLE')

/**
 * Appends a transition; one that is there stays. `supersedes`: the scan of the finding's transition before. One that ends a
 * failure is listed a second time, among its like.
 */
export const putTransition = async (
  table: Table,
  transition: Transition,
  supersedes: string | undefined,
): Promise<void> => {
  const { account, region, instanceId, ...rest } = transition
  const node = { account, region, instanceId }
  const { ruleId, scanId, at } = transition
  const item = {
    ...{ ...keys.transition(node, ruleId, scanId), ...listings.transition(node, ruleId, at), ...rest },
    ...(supersedes !== undefined && { supersedes }),
  }
  await putIf(table, item, IS_NEW)
  if (isEnd(transition)) {
    const entry = { ...keys.end(node, ruleId, scanId), ...listings.end(node, ruleId, at) }
    await putIf(table, { ...entry, ...expiry(table, Date.parse(at)) }, IS_NEW)
  }
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
  supersedes: __,
  ...rest
}: TransitionItem): Transition => ({ ...nodeOfPk(pk), ...rest })
