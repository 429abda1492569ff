import { type Act, changed, type Difference, differences, granted, heldFor, removed } from './revisions.ts'
import { subjectOf, type Waiver, type WaiverRequest } from './waiver.ts'

/** One thing to do so that the store is as a file says. `next` is what to write, `seen` what stands there now. */
export type PlannedChange = {
  what: 'add' | 'change' | 'remove'
  next: Waiver
  seen?: Waiver
  differences: Difference[]
}

/**
 * What makes the store equal to a file, without anything that is the same already. What the file does not hold is taken
 * back, also where its time is over. A request whose time is over is as good as none.
 */
export const planOf = (wanted: WaiverRequest[], stored: Waiver[], act: Act): PlannedChange[] => {
  const { at } = act
  const open = wanted.filter(({ until }) => at <= until)
  const kept = open.flatMap((request): PlannedChange[] => {
    const held = heldFor(stored, request, at)
    if (!held) return [{ what: 'add', next: granted(request, act, stored), differences: [] }]
    const differ = differences(held, request)
    return differ.length === 0
      ? []
      : [{ what: 'change', next: changed(held, request, act), seen: held, differences: differ }]
  })
  const named = new Set(wanted.map(subjectOf))
  const stays = new Set(open.map(subjectOf))
  const goes = (each: Waiver) =>
    !each.removed && (at <= each.until ? !stays.has(subjectOf(each)) : !named.has(subjectOf(each)))
  const gone = stored
    .filter(goes)
    .map((seen): PlannedChange => ({ what: 'remove', next: removed(seen, act), seen, differences: [] }))
  return [...kept, ...gone]
}
