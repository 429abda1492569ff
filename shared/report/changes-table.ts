import type { Change, Changes } from '../queries/changes.ts'
import { paintStatus, shortTime } from './findings-table.ts'
import type { Paint } from './grid.ts'
import { plainText } from './plain-text.ts'
import { table, where } from './where-table.ts'

const KIND: Record<Change['kind'], string> = {
  appeared: 'new',
  left: 'left',
  failing: 'fails',
  fixed: 'fixed',
  unclear: 'unclear',
  other: 'other reason',
  'and-back': 'and back',
}

/** A line for each finding that changed, worst first. Ends with a line break, as all of these do. */
export const renderChanges = ({ changes }: Changes, paint: Paint): string => {
  if (changes.length === 0) return 'no changes\n'
  const rows = changes.map((each) => [
    KIND[each.kind],
    ...where(each),
    each.control,
    `${each.from ?? 'new'} -> ${each.closed ?? paintStatus(each.to, paint)}`,
    shortTime(each.at),
    String(each.times),
    `${each.cause ? `[same facts, newer ${each.cause}] ` : ''}${plainText(each.message)}`,
  ])
  return table(
    ['WHAT', 'INSTANCE', 'CLUSTER', 'CONTROL', 'CHANGE', 'LAST AT', 'TIMES', 'MESSAGE'],
    rows,
    paint,
  )
}
