import type { Transition } from '../findings/records.ts'
import { paintStatus, shortTime } from './findings-table.ts'
import { grid, type Paint } from './grid.ts'
import { plainText } from './plain-text.ts'

/** What did not happen on the node: a mark before the message. */
const because = ({ restates, cause, engineVersion, ruleVersion }: Transition): string => {
  if (restates !== undefined)
    return `[restates ${shortTime(restates)}: engine ${engineVersion}, rule ${ruleVersion}] `
  if (cause === undefined) return ''
  return `[same facts, newer ${cause === 'engine' ? `engine ${engineVersion}` : `rule ${ruleVersion}`}] `
}

/** Every change as a line, oldest first; a first verdict comes from `new`, the last one ends as the node left. Ends with a line break. */
export const renderHistory = (transitions: Transition[], paint: Paint): string => {
  if (transitions.length === 0) return 'no changes\n'
  const rows = transitions.map((each) => [
    shortTime(each.at),
    plainText(each.instanceId),
    each.control,
    `${each.from ?? 'new'} -> ${each.closed ?? paintStatus(each.to, paint)}`,
    each.reason,
    `${because(each)}${plainText(each.message)}`,
  ])
  return `${grid(['AT', 'INSTANCE', 'CONTROL', 'CHANGE', 'REASON', 'MESSAGE'], rows, paint).join('\n')}\n`
}
