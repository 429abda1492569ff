import { type Node, nodeKey } from '../findings/records.ts'
import type { FindingItem } from './finding-items.ts'
import { FINDING_PREFIX, keys, ruleOfSk } from './keys.ts'
import { readStates } from './node-states.ts'
import { partition, queryAll } from './read.ts'
import type { CommandResult } from './store.ts'
import type { Table } from './table.ts'
import { appendTransition } from './transition-items.ts'

/**
 * What a scan has changed of these nodes so far. A transition that is still missing is written first, so that each
 * change that is returned has one. Reads the findings only of nodes that the scan has written.
 */
export const changesMade = async (
  table: Table,
  scanId: string,
  nodes: Node[],
): Promise<CommandResult['changes']> => {
  const states = await readStates(table, nodes)
  const changes: CommandResult['changes'] = []
  for (const node of nodes) {
    if (states.get(nodeKey(node))?.scanId !== scanId) continue
    const items = await queryAll<FindingItem>(table, partition(keys.node(node).pk, FINDING_PREFIX))
    for (const item of items.filter(({ change }) => change.scanId === scanId)) {
      await appendTransition(table, item)
      changes.push({ instanceId: node.instanceId, ruleId: ruleOfSk(item.sk) })
    }
  }
  return changes
}
