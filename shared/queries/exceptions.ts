import type { Store } from '../store/store.ts'
import { waiversInForce } from '../waivers/match.ts'
import { standingAt } from '../waivers/revisions.ts'
import { endOf, type Waiver } from '../waivers/waiver.ts'
import { type Answer, freshnessAt } from './freshness.ts'

/** A waiver as it stood when it last held on a day; `ends` is when it ended, as was known by the end of that day. */
export type Exception = Waiver & { ends: string }

/**
 * The waivers that held at any time from one moment to another (a day, usually), each as it stood then: who asked, who approved. By id.
 */
export const exceptionsBetween = async (
  store: Pick<Store, 'scanAt' | 'waiverRevisions'>,
  from: string,
  to: string,
): Promise<Answer<{ from: string; to: string; exceptions: Exception[] }>> => {
  const [fresh, revisions] = await Promise.all([freshnessAt(store, to), store.waiverRevisions()])
  // A waiver begins, changes or ends only at a revision or by itself: no other moment has to be looked at.
  const moments = [from, ...revisions.map(({ changedAt }) => changedAt).filter((at) => at > from && at <= to)]
  const held = new Map<string, Waiver>()
  for (const at of moments.sort())
    for (const each of waiversInForce(standingAt(revisions, at), at)) held.set(each.id, each)
  const known = new Map(standingAt(revisions, to).map((each) => [each.id, each]))
  const exceptions = [...held.values()]
    .toSorted((a, b) => (a.id < b.id ? -1 : 1))
    .map((each) => ({ ...each, ends: endOf(known.get(each.id) ?? each) }))
  return { fresh, from, to, exceptions }
}
