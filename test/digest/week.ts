import type { Status } from '../../shared/findings/finding.ts'
import type { FakeNode } from '../lambdas/scan.fixture.ts'

/** Hours after the baseline, which is hour 0. */
export const HOURS = 168

/** What each node is in each hour; `absent`: it does not exist. */
export type Timeline = Record<string, (FakeNode | 'absent')[]>

/** A generator of numbers in [0, 1) that always gives the same for a seed (mulberry32). */
export const seeded = (seed: number) => () => {
  seed = (seed + 0x6d2b79f5) | 0
  let t = Math.imul(seed ^ (seed >>> 15), 1 | seed)
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
  return ((t ^ (t >>> 14)) >>> 0) / 4294967296
}

const ALL = Array.from({ length: HOURS + 1 }, (_, hour) => hour)
const toggle = (status: FakeNode | 'absent' | undefined): Status => (status === 'PASS' ? 'FAIL' : 'PASS')

/** Changes its mind at these hours. */
const toggling = (first: Status, hours: number[]): FakeNode[] => {
  let now: Status = first
  return ALL.map((hour) => {
    if (hours.includes(hour)) now = toggle(now)
    return now
  })
}

/** A week of a fleet: nodes that change now and then, nodes that flap, and nodes that come, go and fall silent. */
export const week = (seed: number): Timeline => {
  const random = seeded(seed)
  const timeline: Timeline = {}
  const changes = new Map<number, number[]>()
  // The last day is quiet, so that everything that flaps has settled.
  for (let i = 0; i < 40; i++) {
    const node = Math.floor(random() * 25)
    changes.set(node, [...(changes.get(node) ?? []), 1 + Math.floor(random() * (HOURS - 30))])
  }
  for (let node = 0; node < 25; node++)
    timeline[`i-${node}`] = toggling(random() < 0.2 ? 'FAIL' : 'PASS', changes.get(node) ?? [])
  timeline['i-flaps'] = toggling('PASS', [20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31])
  timeline['i-flaps-slowly'] = toggling('PASS', [60, 62, 64, 66, 85, 104])
  timeline['i-flaps-again'] = toggling('FAIL', [10, 11, 12, 13, 70, 71, 72, 73, 74])
  const unreachable = { skipped: 'unreachable', detail: 'ConnectionLost' } as const
  timeline['i-blinks'] = ALL.map((hour) => (hour === 40 ? unreachable : 'PASS'))
  timeline['i-lost'] = ALL.map((hour) => (hour >= 50 && hour < 55 ? unreachable : 'PASS'))
  timeline['i-untagged'] = ALL.map((hour) => (hour >= 75 ? { skipped: 'left-scope' } : 'PASS'))
  timeline['i-gone-failing'] = ALL.map((hour) => (hour >= 80 ? 'absent' : 'FAIL'))
  timeline['i-gone-passing'] = ALL.map((hour) => (hour >= 90 ? 'absent' : 'PASS'))
  timeline['i-new-passing'] = ALL.map((hour) => (hour >= 100 ? 'PASS' : 'absent'))
  timeline['i-new-failing'] = ALL.map((hour) => (hour >= 110 ? 'FAIL' : 'absent'))
  return timeline
}

/**
 * The hours in which there is something to tell, worked out from the timeline alone: the baseline, every change that
 * does not flap, the beginning and the end of flapping, and nodes that are out of reach twice in a row, or back.
 */
export const hoursToTell = (timeline: Timeline): Set<number> => {
  const hours = new Set([0])
  for (const states of Object.values(timeline)) for (const hour of toldOf(states)) hours.add(hour)
  return hours
}

const isLost = (state: FakeNode | 'absent' | undefined): boolean =>
  typeof state === 'object' && state.skipped === 'unreachable'

const toldOf = (states: (FakeNode | 'absent')[]): number[] => {
  const told: number[] = []
  const changes: number[] = []
  let verdict: FakeNode | 'absent' | undefined
  let flaps = false
  states.forEach((state, hour) => {
    const before = verdict
    if (!isLost(state)) verdict = state
    if (isLost(state) && isLost(states[hour - 1]) && !isLost(states[hour - 2])) told.push(hour)
    if (!isLost(state) && isLost(states[hour - 1]) && isLost(states[hour - 2])) told.push(hour)
    if (hour === 0) return
    const last = changes.at(-1)
    if (JSON.stringify(before) !== JSON.stringify(verdict)) {
      if (before === 'absent') {
        if (verdict === 'FAIL') told.push(hour)
        return
      }
      if (verdict === 'absent') {
        if (before === 'FAIL') told.push(hour)
        return
      }
      changes.push(hour)
      if (flaps) return
      flaps = changes.filter((each) => each > hour - 24).length > 3
      told.push(hour)
    } else if (flaps && last !== undefined && hour - last >= 24) {
      flaps = false
      told.push(hour)
    }
  })
  return told
}
