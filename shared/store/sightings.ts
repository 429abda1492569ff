import { nodeKey } from '../findings/records.ts'
import { nodeOfPk } from './keys.ts'
import { type NodeItem, readStates, retryingConflicts, standsAt, writeState } from './node-states.ts'
import type { Sighting, TargetKey } from './store.ts'
import type { Table } from './table.ts'
import { freshness } from './targets.ts'

/** Writes the nodes that moved; what was judged of them stays as it was. */
export const applySightings = async (
  table: Table,
  scanId: string,
  at: string,
  sightings: Sighting[],
): Promise<void> =>
  retryingConflicts(async () => {
    const states = await readStates(
      table,
      sightings.map(({ node }) => node),
    )
    const moved = sightings.filter(({ node, ...seen }) => {
      const state = states.get(nodeKey(node))
      return !state || !standsAt(state, seen)
    })
    if (moved.length === 0) return
    const assessedAt = await assessedAtOf(table, [...states.values()])
    for (const { node, ...seen } of moved) {
      const state = states.get(nodeKey(node))
      const { detail: _, cluster: __, ...before } = state ?? {}
      const last = state && assessedAt(state)
      const next = { ...before, ...seen, scanId, at, ...(last !== undefined && { assessedAt: last }) }
      await writeState(table, node, next, state)
    }
  })

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
