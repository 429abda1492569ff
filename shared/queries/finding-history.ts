import { type Node, nodeKey, type StoredFinding, type Transition } from '../findings/records.ts'
import type { Store } from '../store/store.ts'
import { type Answer, freshnessAt } from './freshness.ts'

/** A finding and every change of it, oldest first, restatements where they were made. */
export type FindingHistory = { finding?: StoredFinding; changes: Transition[] }

/** Reads what this finding has, and nothing of others. */
export const findingHistory = async (
  store: Pick<Store, 'scanAt' | 'history' | 'findings'>,
  now: string,
  node: Node,
  ruleId: string,
): Promise<Answer<FindingHistory>> => {
  const filter = { instance: [nodeKey(node)], rule: [ruleId] }
  const [fresh, changes, [finding]] = await Promise.all([
    freshnessAt(store, now),
    store.history(filter),
    store.findings(filter),
  ])
  return { fresh, ...(finding && { finding }), changes }
}
