import { nodeKey } from '../findings/records.ts'
import { type Key, nodeOfPk } from '../store/keys.ts'
import type { LeafKind } from './leaves.ts'

/** What is wrong, of what: both in words. `seal`: the number of the seal that says otherwise. */
export type SealProblem = {
  kind: LeafKind | 'anchor' | 'seal' | 'part' | 'finding'
  /** `transition of 111111111111/eu-central-1/i-0abc etcd-auto-tls-disabled in scan 20260131T120000Z` */
  item: string
  problem: string
  seal?: number
}

/** The name that people know a sealed item by. Not cleaned: parts of it may come from a file of anybody's. */
export const itemName = (kind: LeafKind, { pk, sk }: Key): string => {
  const [, ...rest] = sk.split('#')
  const [first = '', second = '', third = ''] = rest
  const node = () => nodeKey(nodeOfPk(pk))
  if (kind === 'transition') return `transition of ${node()} ${first} in scan ${rest.slice(1).join('#')}`
  if (kind === 'evidence') return `evidence ${first} of ${node()}`
  if (kind === 'restatement')
    return `restatement ${Number(third)} of ${node()} ${first} on evidence ${second}`
  if (kind === 'waiver') return `waiver ${first} revision ${Number(second)}`
  if (kind === 'rule') return `rule ${sk.split('#')[0]} version ${first}`
  const scan = pk.slice('SCAN#'.length)
  if (kind === 'scan') return `record of scan ${scan}`
  return `result of ${first}/${second} ${[third, ...rest.slice(3)].join('#')} in scan ${scan}`
}
