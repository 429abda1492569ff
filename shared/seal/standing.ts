import type { Key } from '../store/keys.ts'
import type { Store } from '../store/store.ts'
import { byKey, looked, nameOf } from './gather.ts'
import { type Leaf, leafOf } from './leaves.ts'
import { isTime } from './unsealed-scans.ts'

/** How long before the seal before a restatement may have been made, by its own clock, and not be in that. */
export const OVERLAP_MS = 24 * 3_600_000

/** Pieces of evidence that are read at once. */
const EVIDENCE_AT_ONCE = 100

/** Every revision of every waiver: people write them, by their own clocks, so that each seal states all. */
export const waiverLeaves = async ({ seals }: Pick<Store, 'seals'>): Promise<Leaf[]> =>
  (await seals.waivers()).map(({ key, item }) => leafOf('waiver', item, key))

/** Every version of every rule that was judged by. */
export const ruleLeaves = async ({ seals }: Pick<Store, 'seals'>): Promise<Leaf[]> =>
  (await seals.rules()).map((item) => leafOf('rule', item))

/** The restatements since the seal before, and some that may be in that too; without one before: all. */
export const restatementLeaves = async (
  { seals }: Pick<Store, 'seals'>,
  sealedBefore: string | undefined,
): Promise<Leaf[]> => {
  const from = sealedBefore === undefined ? 0 : Date.parse(sealedBefore) - OVERLAP_MS
  const items = await seals.restatements(new Date(from).toISOString())
  return items.map((item) => leafOf('restatement', item))
}

/**
 * What stands of every finding when the first seal is made: its last change and the evidence under it. So the chain vouches
 * from its beginning for what is shown as of now.
 */
export async function* standingLeaves(store: Pick<Store, 'seals'>): AsyncGenerator<Leaf> {
  for await (const findings of store.seals.findings()) {
    const transitions = await store.seals.items(findings.map(({ transition }) => transition))
    for (const item of transitions
      .filter(({ at }) => isTime(at))
      .sort((a, b) => (a.pk + a.sk < b.pk + b.sk ? -1 : 1)))
      yield leafOf('transition', item)
    const evidence = new Map<string, Key>()
    for (const { pk, evidenceHash } of findings) {
      const key = { pk, sk: `E#${evidenceHash}` }
      if (evidenceHash !== undefined) evidence.set(nameOf(key), key)
    }
    const wanted = [...evidence.values()].sort(byKey)
    // Evidence comes with its content: what is read at once is held in memory.
    for (let i = 0; i < wanted.length; i += EVIDENCE_AT_ONCE)
      yield* await looked(store, wanted.slice(i, i + EVIDENCE_AT_ONCE))
  }
}
