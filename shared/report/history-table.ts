import type { Transition } from '../findings/records.ts'
import { paintStatus, shortTime } from './findings-table.ts'
import { grid, type Paint } from './grid.ts'
import { plainText } from './plain-text.ts'

/** Every change as a line, oldest first; a first verdict comes from `new`. Ends with a line break. */
export const renderHistory = (transitions: Transition[], paint: Paint): string => {
  if (transitions.length === 0) return 'no changes\n'
  const rows = transitions.map((each) => [
    shortTime(each.at),
    plainText(each.instanceId),
    each.control,
    `${each.from ?? 'new'} -> ${paintStatus(each.to, paint)}`,
    each.reason,
    plainText(each.message),
  ])
  return `${grid(['AT', 'INSTANCE', 'CONTROL', 'CHANGE', 'REASON', 'MESSAGE'], rows, paint).join('\n')}\n`
}
