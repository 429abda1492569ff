import { isIntent, type Ledger, type Sent, timeOf, UNKNOWN } from './plan-push.ts'

/**
 * What the ledger holds once two pushes have written to it: what this one has changed since it read `seen`, and what another
 * has written in the meantime (`theirs`). Of two words about one finding the later stands, as it does in Security Hub.
 */
export const mergeLedgers = (mine: Ledger, theirs: Ledger, seen: Ledger): Ledger => {
  const merged = new Map<string, Sent>()
  for (const id of new Set([...mine.keys(), ...theirs.keys()])) {
    const sent = mergeSent(mine.get(id), theirs.get(id), seen.get(id))
    if (sent) merged.set(id, sent)
  }
  return merged
}

const mergeSent = (
  mine: Sent | undefined,
  theirs: Sent | undefined,
  seen: Sent | undefined,
): Sent | undefined => {
  if (isSame(mine, seen)) return theirs
  if (isSame(theirs, seen)) return mine
  if (!mine || !theirs) return mine ?? theirs
  const [own, other] = [timeOf(mine) ?? 0, timeOf(theirs) ?? 0]
  if (own !== other) return own > other ? mine : theirs
  if (mine.content === theirs.content || isIntent(theirs)) return mine
  // Security Hub took the first to arrive, and nobody knows which that was.
  return { content: UNKNOWN, at: new Date(own + 1).toISOString() }
}

const isSame = (a: Sent | undefined, b: Sent | undefined): boolean =>
  a?.content === b?.content && a?.at === b?.at
