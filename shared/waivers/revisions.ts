import { subjectOf, type Waiver, type WaiverRequest, waiverId } from './waiver.ts'

/** Who does something, and when: ISO 8601, UTC. */
export type Act = { who: string; at: string }

/** What of a waiver may change while it holds; another rule or scope is another waiver. */
export const CHANGEABLE = ['reason', 'ticket', 'approvedBy', 'until'] as const
type Changeable = (typeof CHANGEABLE)[number]

/** A new waiver; `stored` are all that there are, so that its id is its own. */
export const granted = (request: WaiverRequest, { who, at }: Act, stored: Waiver[]): Waiver => ({
  id: newId(request, at, stored),
  ...request,
  ...{ who, createdAt: at, changedBy: who, changedAt: at },
  revision: 1,
})

/** A waiver that was taken back is never taken up again: what is asked for once more on the same day is the day's next. */
const newId = (request: WaiverRequest, at: string, stored: Waiver[]): string => {
  const id = waiverId(request, at)
  const taken = stored.filter((each) => each.id === id || each.id.startsWith(`${id}-`)).length
  return taken === 0 ? id : `${id}-${taken + 1}`
}

/** The waiver with what is asked of it now. */
export const changed = (waiver: Waiver, request: WaiverRequest, { who, at }: Act): Waiver => {
  const { id, createdAt, revision } = waiver
  return {
    ...{ id, ...request, who: waiver.who, createdAt, changedBy: who, changedAt: at },
    revision: revision + 1,
  }
}

/** The waiver, taken back. */
export const removed = (waiver: Waiver, { who, at }: Act): Waiver => ({
  ...waiver,
  ...{ changedBy: who, changedAt: at, removed: { at, by: who }, revision: waiver.revision + 1 },
})

export type Difference = { field: Changeable; from?: string; to?: string }

/** What is not the same in two records of a waiver. */
export const differences = (from: WaiverRequest, to: WaiverRequest): Difference[] =>
  CHANGEABLE.filter((field) => from[field] !== to[field]).map((field) => ({
    field,
    ...(from[field] !== undefined && { from: from[field] }),
    ...(to[field] !== undefined && { to: to[field] }),
  }))

/** One change of a waiver, as its log shows it. */
export type LogEntry = Act & {
  id: string
  what: 'added' | 'changed' | 'removed'
  /** The fields that changed, where something was there before. */
  differences: Difference[]
  /** The waiver as it stood from then on. */
  waiver: Waiver
}

/** Every change of these waivers, oldest first, from all of their revisions. */
export const logOf = (revisions: Waiver[]): LogEntry[] => {
  const byRevision = new Map(revisions.map((each) => [`${each.id} ${each.revision}`, each]))
  return revisions
    .map((waiver): LogEntry => {
      const before = byRevision.get(`${waiver.id} ${waiver.revision - 1}`)
      const what = waiver.removed ? 'removed' : before ? 'changed' : 'added'
      const { id, changedBy: who, changedAt: at } = waiver
      return { id, at, who, what, differences: before ? differences(before, waiver) : [], waiver }
    })
    .toSorted((a, b) => a.at.localeCompare(b.at) || a.waiver.revision - b.waiver.revision)
}

/** The waivers as they stood at a moment, from all of their revisions. */
export const standingAt = (revisions: Waiver[], at: string): Waiver[] => {
  const last = new Map<string, Waiver>()
  for (const each of revisions.filter(({ changedAt }) => changedAt <= at)) {
    const known = last.get(each.id)
    if (!known || known.revision < each.revision) last.set(each.id, each)
  }
  return [...last.values()]
}

/** The waiver about the same that still holds. */
export const heldFor = (
  waivers: Waiver[],
  request: Pick<WaiverRequest, 'rule' | 'scope'>,
  at: string,
): Waiver | undefined =>
  waivers.find((each) => !each.removed && at <= each.until && subjectOf(each) === subjectOf(request))
