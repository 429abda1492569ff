import type { Node, ScanRecord, StoredFinding, Transition } from '../findings/records.ts'
import type { Key, Listing } from '../store/keys.ts'
import type { StoredSeal } from '../store/seals.ts'
import type { Store } from '../store/store.ts'
import type { Item } from './leaves.ts'

/** What verification reads: the table, or a bundle that was exported from it. */
export type SealReader = {
  /** Newest first. */
  seals(): AsyncIterable<StoredSeal>
  part(hash: string): Promise<Uint8Array | undefined>
  items(wanted: Key[]): Promise<Item[]>
  results(scanId: string): Promise<Item[]>
  waivers(): Promise<{ key: Key; item: Item }[]>
  restatements(from: string): Promise<Item[]>
  scans(): Promise<ScanRecord[]>
  /** Transitions and restatements, oldest first. */
  history(): Promise<Transition[]>
  /** As they stand; undefined: they are not part of this. */
  findings(): Promise<StoredFinding[] | undefined>
  /** Items as they are, under whatever keys; absent in a bundle, which has them by kind. */
  raw?: Pick<Store['seals'], 'waiverItems' | 'ofNode'> & { listed(): AsyncIterable<(Key & Listing)[]> }
  /** What of the chain's items is here: all of a table, perhaps a part in a bundle. */
  scope: SealScope
}

/** Seals whose parts are here, and nodes whose items are; without either: all. */
export type SealScope = { seals?: { from: number; to: number }; instances?: string[] }

export const holdsSeal = ({ seals }: SealScope, number: number): boolean =>
  seals === undefined || (number >= seals.from && number <= seals.to)

export const holdsNode = ({ instances }: SealScope, { account, region, instanceId }: Node): boolean =>
  instances === undefined ||
  instances.includes(instanceId) ||
  instances.includes(`${account}/${region}/${instanceId}`)

/** The table, as verification reads it. */
export const tableReader = (store: Store): SealReader => ({
  seals: () => store.seals.all(),
  part: (hash) => store.seals.part(hash),
  items: (wanted) => store.seals.items(wanted),
  results: (scanId) => store.seals.results(scanId),
  waivers: () => store.seals.waivers(),
  restatements: (from) => store.seals.restatements(from),
  scans: () => store.scans(),
  history: () => store.history({}),
  findings: () => store.findings({}),
  raw: store.seals,
  scope: {},
})
