import type { Departure } from '../findings/coverage.ts'
import { closedFinding, type FindingItem } from './finding-items.ts'
import { FINDING_PREFIX, nodeOfPk } from './keys.ts'
import { type NodeItem, WriteConflict } from './node-states.ts'
import { partition, queryAll } from './read.ts'
import type { CommandResult } from './store.ts'
import type { Table } from './table.ts'
import { appendTransition } from './transition-items.ts'
import { putIf } from './write.ts'

/** Writes the changes that a scan which broke off has made of a node's findings, but not yet recorded. */
export const recordPending = async (table: Table, { pk, pending }: NodeItem): Promise<void> => {
  if (pending === undefined) return
  for (const item of await queryAll<FindingItem>(table, partition(pk, FINDING_PREFIX)))
    if (item.change.scanId === pending) await appendTransition(table, item)
}

/**
 * Closes the findings of a node that has left the fleet, each with a transition that says so. Comes before the node's
 * own state says that it left, so that a call that broke off is repeated as a whole. Returns what this scan closed, also in
 * an earlier try. Throws WriteConflict.
 */
export const closeFindings = async (
  table: Table,
  state: NodeItem,
  why: Departure,
  scanId: string,
  at: string,
): Promise<CommandResult['changes']> => {
  const { instanceId } = nodeOfPk(state.pk)
  const changes: CommandResult['changes'] = []
  for (const item of await queryAll<FindingItem>(table, partition(state.pk, FINDING_PREFIX))) {
    // What an earlier try, or a scan that broke off, wrote of this finding may lack its transition.
    const mayBeHalf = item.closed !== undefined || item.change.scanId === state.pending
    if (mayBeHalf) await appendTransition(table, item)
    if (item.closed === undefined) {
      const next = closedFinding(item, why, scanId, at)
      const condition = { expression: '#change.#scanId = :seen', values: { ':seen': item.change.scanId } }
      if (!(await putIf(table, next, condition))) throw new WriteConflict(`${next.pk} ${next.sk}`)
      await appendTransition(table, next)
    } else if (item.change.scanId !== scanId) continue
    changes.push({ instanceId, ruleId: item.finding.ruleId })
  }
  return changes
}
