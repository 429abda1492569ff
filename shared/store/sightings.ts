import { isDeparture } from '../findings/coverage.ts'
import { nodeKey } from '../findings/records.ts'
import { closeFindings, recordPending } from './departures.ts'
import { nodeOfPk } from './keys.ts'
import {
  type NodeItem,
  type NodeState,
  readStates,
  retryingConflicts,
  standsAt,
  writeState,
} from './node-states.ts'
import type { CommandResult, Sighting, TargetKey } from './store.ts'
import type { Table } from './table.ts'
import { freshness } from './targets.ts'

/**
 * Writes the nodes that moved. What was judged of them stays as it was, except where a node has left the fleet: then
 * its findings are closed, and what is known of its facts is dropped, so that it is judged anew should it come back.
 * Returns the findings that this scan closed.
 */
export const applySightings = async (
  table: Table,
  scanId: string,
  at: string,
  sightings: Sighting[],
): Promise<CommandResult['changes']> =>
  retryingConflicts(async () => {
    const states = await readStates(
      table,
      sightings.map(({ node }) => node),
    )
    const moved = sightings.filter(({ node, ...seen }) => {
      const state = states.get(nodeKey(node))
      return !state || !standsAt(state, seen)
    })
    const assessedAt = moved.length > 0 ? await assessedAtOf(table, [...states.values()]) : undefined
    const changes: CommandResult['changes'] = []
    for (const { node, state: seen } of sightings) {
      const state = states.get(nodeKey(node))
      // Written by this scan already: a repeat, which has to return the same.
      const leaves = state && (state.state !== seen || state.scanId === scanId)
      if (leaves && isDeparture(seen)) {
        const marked = await markLeaving(table, scanId, at, state, assessedAt)
        states.set(nodeKey(node), marked)
        changes.push(...(await closeFindings(table, state, seen, scanId, at)))
      }
      // It may be out of reach for long: what happened before must not wait for that.
      else if (state) await recordPending(table, state)
    }
    for (const { node, ...seen } of moved) {
      const state = states.get(nodeKey(node))
      const {
        detail: _,
        cluster: __,
        evidence,
        ...before
      } = isDeparture(seen.state) ? unjudged(state) : (state ?? {})
      const last = state && assessedAt?.(state)
      const next = {
        ...{ ...before, ...seen, scanId, at },
        // What this scan has stored of it stays told, also where it could not record that it did.
        ...(state?.scanId === scanId && evidence !== undefined && { evidence }),
        ...(last !== undefined && { assessedAt: last }),
      }
      await writeState(table, node, next, state)
    }
    return changes
  })

/**
 * Comes before the node's findings are closed: should that break off, they are judged anew, or their changes recorded, by
 * whichever scan sees the node next. One that has no facts on record is judged anew as it is.
 */
const markLeaving = async (
  table: Table,
  scanId: string,
  at: string,
  state: NodeItem,
  assessedAt: ((state: NodeItem) => string | undefined) | undefined,
): Promise<NodeItem> => {
  if (state.pending === scanId || isDeparture(state.state)) return state
  await recordPending(table, state)
  const { pk, sk, listKey, listSort, instanceId, since, revision, fingerprint, evidence, ...before } = state
  const last = assessedAt?.(state)
  return writeState(
    table,
    nodeOfPk(pk),
    {
      ...{ ...before, scanId, at, pending: scanId },
      ...(state.scanId === scanId && evidence !== undefined && { evidence }),
      ...(last !== undefined && { assessedAt: last }),
    },
    state,
  )
}

const unjudged = (state: NodeItem | undefined): Partial<NodeState> => {
  const { fingerprint: _, pending: __, ...rest } = state ?? {}
  return rest
}

/** When nodes were last assessed, for nodes with these states; undefined: never. */
export const assessedAtOf = async (
  table: Table,
  states: NodeItem[],
): Promise<(state: NodeItem) => string | undefined> => {
  const unchangedUntil = await freshness(table, states.map(targetOf))
  return (state) => {
    if (state.state !== 'assessed' || state.pending !== undefined) return state.assessedAt
    const fresh = unchangedUntil(targetOf(state))
    if (fresh === undefined || state.assessedAt === undefined) return state.assessedAt
    return [fresh, state.assessedAt].sort()[1]
  }
}

const targetOf = ({ pk }: NodeItem): TargetKey => {
  const { account, region } = nodeOfPk(pk)
  return { account, region }
}
