import type { CoverageState } from '../findings/coverage.ts'

/** What one scan saw: by name of an instance or a cluster, the states of what belongs to it. */
export type Look = { at: string; states: Map<string, { state: CoverageState; detail?: string }[]> }

/** Why something was not assessed, and in how many scans. `not-seen`: the scan said nothing of it. */
export type GapReason = { state: CoverageState | 'not-seen'; detail?: string; scans: number }

/**
 * From the last scan that assessed it (or, of what was never assessed, the first that should have) to the next that did;
 * `open`: none has since.
 */
export type Gap = {
  from: string
  to: string
  seconds: number
  missed: number
  open: boolean
  why: GapReason[]
}

type Track = {
  last?: string
  current?: { from: string; why: Map<string, GapReason>; missed: number }
  longest?: Gap
}

/** Gaps as they run: memory grows with the names, and not with the looks. */
export type RunningGaps = {
  /** One more look, later than those before. */
  see(look: Look): void
  /** The longest gap of each name that has one; `end` is when those that are open are cut. Ends the count. */
  longest(end: string): Map<string, Gap>
}

/** Follows what scan after scan saw. Pure: it keeps no look, so that thousands of them may pass. */
export const runningGaps = (): RunningGaps => {
  const tracks = new Map<string, Track>()
  return {
    see: ({ at, states }) => {
      for (const name of states.keys()) if (!tracks.has(name)) tracks.set(name, {})
      for (const [name, track] of tracks) step(track, at, states.get(name))
    },
    longest: (end) => {
      for (const track of tracks.values()) finish(track, end, true)
      return new Map(
        [...tracks].flatMap(([name, { longest }]) => (longest ? [[name, longest] as const] : [])),
      )
    },
  }
}

const step = (
  track: Track,
  at: string,
  seen: { state: CoverageState; detail?: string }[] | undefined,
): void => {
  const missed: Omit<GapReason, 'scans'>[] = seen
    ? seen.filter(({ state }) => state === 'unreachable' || state === 'unmanaged')
    : [{ state: 'not-seen' }]
  const isAssessed = seen?.some(({ state }) => state === 'assessed') ?? false
  // Gone, and told of once; or never in scope so far.
  if (!seen && track.last === undefined && !track.current) return
  if (missed.length === 0) {
    finish(track, at, false)
    if (isAssessed) track.last = at
    else delete track.last
    return
  }
  track.current ??= { from: track.last ?? at, why: new Map(), missed: 0 }
  track.current.missed += 1
  for (const { state, detail } of new Map(
    missed.map((each) => [`${each.state}\n${each.detail}`, each]),
  ).values()) {
    const key = `${state}\n${detail}`
    const scans = (track.current.why.get(key)?.scans ?? 0) + 1
    track.current.why.set(key, { state, ...(detail !== undefined && { detail }), scans })
  }
}

const finish = (track: Track, at: string, open: boolean): void => {
  if (!track.current) return
  const { from, why, missed } = track.current
  delete track.current
  const seconds = (Date.parse(at) - Date.parse(from)) / 1000
  if (track.longest && track.longest.seconds >= seconds) return
  const reasons = [...why.values()].toSorted((a, b) => b.scans - a.scans)
  track.longest = { from, to: at, seconds, missed, open, why: reasons }
}
