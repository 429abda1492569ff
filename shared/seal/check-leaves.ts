import type { Key } from '../store/keys.ts'
import { keys, nodeOfPk, ruleOfSk } from '../store/keys.ts'
import { sha256 } from './canonical.ts'
import type { Link } from './chain.ts'
import { nameOf } from './gather.ts'
import { contentHash, type Item, type Leaf } from './leaves.ts'
import { unpack } from './manifest.ts'
import { itemName, type SealProblem } from './problems.ts'
import { holdsNode, type SealReader } from './reader.ts'

/** When changes of a finding were made, each with the days that the one before it is kept for after it. */
type Changes = { at: number; historyDays: number }[]

/** What is known of all leaves, after they were held against what is stored. */
export type Sealed = {
  /** Keys of everything that any seal names. */
  keys: Set<string>
  /** How many items were held against their leaves, and how many had expired as the seals foretold. */
  checked: number
  expired: number
  problems: SealProblem[]
  changes: Map<string, Changes>
  /** Changes that are gone: whether that is right, later ones tell. */
  gone: { leaf: Leaf; seal: number }[]
}

/** Keys of changes that are not stored. */
export const keysGone = ({ gone }: Pick<Sealed, 'gone'>): Set<string> =>
  new Set(gone.map(({ leaf }) => nameOf(keyOf(leaf))))

export const nothingSealed = (problems: SealProblem[]): Sealed => ({
  ...{ keys: new Set(), checked: 0, expired: 0, problems },
  ...{ changes: new Map(), gone: [] },
})

/** A seal that is checked, and what is stored of the results of its scan. */
export type Checking = Link & { results: Item[] }

/** Holds some leaves of a seal against what is stored. `now` in milliseconds. */
export const checkLeaves = async (
  reader: SealReader,
  { number, manifest, results }: Checking,
  leaves: Leaf[],
  sealed: Sealed,
  now: number,
): Promise<void> => {
  const here = leaves.filter((leaf) => {
    sealed.keys.add(nameOf(keyOf(leaf)))
    if (leaf[0] === 'transition') noteChange(leaf, manifest.historyDays, sealed.changes)
    return isHere(reader, leaf)
  })
  const stored = await storedOf(reader, here, results)
  for (const leaf of here) {
    const item = stored.get(nameOf(keyOf(leaf)))
    if (item === undefined) absent(leaf, number, sealed, now)
    else {
      sealed.checked++
      const problem = isOfAnother(leaf, number, manifest.scan.scanId) ? OF_ANOTHER : problemOf(leaf, item)
      if (problem !== undefined) sealed.problems.push(asProblem(leaf, number, problem))
    }
  }
}

const OF_ANOTHER = 'is of another scan than the one whose seal names it'

/** What stood when the first seal was made is of scans before. */
const isOfAnother = ([kind, pk, sk]: Leaf, seal: number, scanId: string): boolean => {
  if (kind === 'transition') return seal > 1 && !sk.endsWith(`#${scanId}`)
  return (kind === 'scan' || kind === 'result') && pk !== keys.scan(scanId).pk
}

const keyOf = ([, pk, sk]: Leaf): Key => ({ pk, sk })

/** A bundle may be of some instances alone. */
const isHere = ({ scope }: SealReader, [, pk]: Leaf): boolean =>
  !pk.startsWith('NODE#') || holdsNode(scope, nodeOfPk(pk))

const findingOf = ([, pk, sk]: Leaf): string => `${pk}\n${ruleOfSk(sk)}`

const noteChange = (leaf: Leaf, historyDays: number, changes: Sealed['changes']): void => {
  const at = Date.parse(leaf[4] ?? '')
  const known = changes.get(findingOf(leaf))
  if (known) known.push({ at, historyDays })
  else changes.set(findingOf(leaf), [{ at, historyDays }])
}

/** A waiver is looked for by the key that it has once it is superseded. */
const storedOf = async (reader: SealReader, leaves: Leaf[], results: Item[]): Promise<Map<string, Item>> => {
  const wanted = leaves.filter(([kind]) => kind !== 'waiver' && kind !== 'result').map(keyOf)
  const items = [...(await reader.items(wanted)), ...results]
  const stored = new Map(items.map((item) => [nameOf(item), item]))
  if (leaves.some(([kind]) => kind === 'waiver'))
    for (const { key, item } of await reader.waivers()) stored.set(nameOf(key), item)
  return stored
}

const absent = (leaf: Leaf, seal: number, sealed: Sealed, now: number): void => {
  const [kind, , , , time] = leaf
  if (kind === 'transition') sealed.gone.push({ leaf, seal })
  else if ((kind === 'scan' || kind === 'result') && time !== null && Date.parse(time) <= now)
    sealed.expired++
  else sealed.problems.push(asProblem(leaf, seal, goneWhy(leaf)))
}

const goneWhy = ([, , , , time]: Leaf): string =>
  time === null ? 'is gone, and nothing of this kind expires' : `is gone, and expires on ${time}`

const problemOf = (leaf: Leaf, item: Item): string | undefined => {
  const [kind, , , hash] = leaf
  if (kind !== 'evidence') return isSame(kind, item, hash) ? undefined : 'was changed after it was sealed'
  if (hash === '') return item.gzip === undefined ? undefined : 'was too large to keep, and is here'
  if (!(item.gzip instanceof Uint8Array)) return 'was taken out: only its size is left'
  try {
    return sha256(unpack(item.gzip)) === hash ? undefined : 'was changed: it does not match its hash'
  } catch {
    return 'was changed: it cannot be unpacked'
  }
}

/** An item of a bundle may be nested so deep that it has no hash. */
const isSame = (kind: Leaf[0], item: Item, hash: string): boolean => {
  try {
    return contentHash(kind, item) === hash
  } catch (error) {
    if (error instanceof RangeError) return false
    throw error
  }
}

/**
 * After all leaves are known: a change may be gone once the one after it is older than is kept. `now` in milliseconds.
 * `whole`: every seal was read; else the change after it may be in one that was not.
 */
export const settleGone = (sealed: Sealed, now: number, whole: boolean): void => {
  for (const { leaf, seal } of sealed.gone) {
    const at = Date.parse(leaf[4] ?? '')
    const changes = (sealed.changes.get(findingOf(leaf)) ?? []).sort((a, b) => a.at - b.at)
    const next = changes.find((each) => each.at > at) ?? (whole ? undefined : changes.at(-1))
    const expires = next && next.at + next.historyDays * DAY_MS
    if (expires !== undefined && expires <= now) sealed.expired++
    else
      sealed.problems.push(
        asProblem(
          leaf,
          seal,
          expires === undefined
            ? 'is gone, and the last change of a finding never expires'
            : `is gone, and is kept until ${new Date(expires).toISOString()}`,
        ),
      )
  }
}

const DAY_MS = 86_400_000

const asProblem = (leaf: Leaf, seal: number, problem: string): SealProblem => ({
  kind: leaf[0],
  item: itemName(leaf[0], keyOf(leaf)),
  problem,
  seal,
})
