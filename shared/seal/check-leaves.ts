import type { Key } from '../store/keys.ts'
import { keys, nodeOfPk, ruleOfSk } from '../store/keys.ts'
import { sha256 } from './canonical.ts'
import type { Link } from './chain.ts'
import { isWithin, nameOf } from './gather.ts'
import { contentHash, type Item, type Leaf } from './leaves.ts'
import { unpack } from './manifest.ts'
import { itemName, type SealProblem } from './problems.ts'
import { holdsNode, type SealReader } from './reader.ts'
import { SKEW_MS } from './unsealed-scans.ts'

/** When changes of a finding were made, by which seal, with the days that the one before is kept for after it. */
type Changes = { at: number; seal: number; historyDays: number }[]

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
  gone: { leaf: Leaf; seal: number; historyDays: number }[]
  /** When each seal says that it was made. */
  sealedAt: Map<number, string>
}

/** Keys of changes that are not stored. */
export const keysGone = ({ gone }: Pick<Sealed, 'gone'>): Set<string> =>
  new Set(gone.map(({ leaf }) => nameOf(keyOf(leaf))))

export const nothingSealed = (problems: SealProblem[]): Sealed => ({
  ...{ keys: new Set(), checked: 0, expired: 0, problems },
  ...{ changes: new Map(), gone: [], sealedAt: new Map() },
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
  const { sealedAt, historyDays } = manifest
  const { openedAt, scanId } = manifest.scan
  sealed.sealedAt.set(number, sealedAt)
  for (const leaf of leaves) {
    sealed.keys.add(nameOf(keyOf(leaf)))
    if (leaf[0] !== 'transition') continue
    // What stood when the first seal was made is older than its scan.
    const from = number === 1 && !isOfScan(leaf, scanId) ? BEGINNING : openedAt
    if (isWithin(leaf[4], { openedAt: from, sealedAt }))
      noteChange(leaf, { seal: number, historyDays }, sealed.changes)
    else sealed.problems.push(asProblem(leaf, number, OUT_OF_TIME))
  }
  // What a part of a bundle leaves out may be absent; whatever is there is held against its leaf.
  const stored = await storedOf(reader, leaves, results)
  for (const leaf of leaves) {
    const item = stored.get(nameOf(keyOf(leaf)))
    if (item === undefined) {
      if (isHere(reader, leaf)) absent(leaf, { seal: number, historyDays }, sealed, now)
    } else {
      sealed.checked++
      const problem = isOfAnother(leaf, number, scanId) ? OF_ANOTHER : problemOf(leaf, item)
      if (problem !== undefined) sealed.problems.push(asProblem(leaf, number, problem))
    }
  }
}

const BEGINNING = new Date(0).toISOString()

const OUT_OF_TIME = 'was sealed with a time at which its scan was not: it was added'

const OF_ANOTHER = 'is of another scan than the one whose seal names it'

/** What stood when the first seal was made is of scans before. */
const isOfAnother = (leaf: Leaf, seal: number, scanId: string): boolean => {
  const [kind, pk] = leaf
  if (kind === 'transition') return seal > 1 && !isOfScan(leaf, scanId)
  return (kind === 'scan' || kind === 'result') && pk !== keys.scan(scanId).pk
}

const isOfScan = ([, , sk]: Leaf, scanId: string): boolean => sk.endsWith(`#${scanId}`)

const keyOf = ([, pk, sk]: Leaf): Key => ({ pk, sk })

/** A bundle may be of some instances alone. */
const isHere = ({ scope }: SealReader, [, pk]: Leaf): boolean =>
  !pk.startsWith('NODE#') || holdsNode(scope, nodeOfPk(pk))

const findingOf = ([, pk, sk]: Leaf): string => `${pk}\n${ruleOfSk(sk)}`

const noteChange = (
  leaf: Leaf,
  by: { seal: number; historyDays: number },
  changes: Sealed['changes'],
): void => {
  const at = Date.parse(leaf[4] ?? '')
  const known = changes.get(findingOf(leaf))
  if (known) known.push({ at, ...by })
  else changes.set(findingOf(leaf), [{ at, ...by }])
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

const absent = (
  leaf: Leaf,
  { seal, historyDays }: { seal: number; historyDays: number },
  sealed: Sealed,
  now: number,
): void => {
  const [kind, , , , time] = leaf
  if (kind === 'transition') sealed.gone.push({ leaf, seal, historyDays })
  else if ((kind === 'scan' || kind === 'result') && time !== null && Date.parse(time) <= now)
    sealed.expired++
  else sealed.problems.push(asProblem(leaf, seal, goneWhy(leaf)))
}

const goneWhy = ([, , , , time]: Leaf): string =>
  time === null ? 'is gone, and nothing of this kind expires' : `is gone, and expires on ${time}`

const problemOf = (leaf: Leaf, item: Item): string | undefined => {
  const [kind, , , hash, time] = leaf
  if (kind !== 'evidence' && !isSame(kind, item, hash)) return 'was changed after it was sealed'
  if (kind === 'transition' && item.at !== time) return 'was sealed with another time than its own'
  if (kind !== 'evidence') return undefined
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
  const earliest = earliestOf(sealed)
  for (const { leaf, seal, historyDays } of sealed.gone) {
    const at = Date.parse(leaf[4] ?? '')
    const changes = (sealed.changes.get(findingOf(leaf)) ?? []).sort((a, b) => a.at - b.at)
    const next = changes.find((each) => each.at > at) ?? (whole ? undefined : changes.at(-1))
    // The longer time counts: a later seal cannot take back for how long an earlier one has said that it is kept.
    const days = Math.max(historyDays, next?.historyDays ?? 0)
    const expires = next && Math.max(next.at, earliest.get(next.seal) ?? 0) + days * DAY_MS
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

/** A scan may be sealed so long after it was opened, and others in between: the longest wait, and what it takes to end. */
const LONGEST_MS = (1440 + 30) * 60_000

/**
 * By seal, when its scan was opened at the earliest, by the seal before it: who makes a seal cannot date it back behind those
 * that an anchor vouches for. A seal that says to be older than the one before it is a problem.
 */
const earliestOf = ({ sealedAt, problems }: Sealed): Map<number, number> => {
  const earliest = new Map<number, number>()
  let latest: number | undefined
  for (const [seal, time] of [...sealedAt].sort(([a], [b]) => a - b)) {
    const made = Date.parse(time)
    if (latest !== undefined && made < latest - SKEW_MS)
      problems.push({
        kind: 'seal',
        item: `seal ${seal}`,
        problem: 'says to be older than the one before it',
        seal,
      })
    if (latest !== undefined) earliest.set(seal, latest - LONGEST_MS)
    latest = Math.max(latest ?? made, made)
  }
  return earliest
}

const asProblem = (leaf: Leaf, seal: number, problem: string): SealProblem => ({
  kind: leaf[0],
  item: itemName(leaf[0], keyOf(leaf)),
  problem,
  seal,
})
