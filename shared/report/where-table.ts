import { grid, type Paint } from './grid.ts'
import { plainText } from './plain-text.ts'

export type Where = { account: string; region: string; instanceId: string; cluster?: string }

/** Rows under a head. Takes cells that are safe to print; ends with a line break. */
export const table = (head: string[], rows: string[][], paint: Paint): string =>
  `${grid(head, rows, paint).join('\n')}\n`

/** Two cells: the instance by `account/region/id`, and its cluster, since not every instance has one. */
export const where = ({ account, region, instanceId, cluster }: Where): string[] => [
  [account, region, instanceId].map((part) => plainText(part)).join('/'),
  plainText(cluster ?? ''),
]
