import { scaleLinear } from 'd3-scale'

/** The drawing's own units: it is stretched to the room that there is, so only the words beside it have a size. */
export const WIDTH = 1000

/** The ticks of an axis that begins at 0 and ends on the last of them, evenly spaced and whole. */
export const countTicks = (most: number, about = 4): number[] => {
  const scale = scaleLinear([0, Math.max(about, most)], [0, 1]).nice(about)
  return scale.ticks(about).filter(Number.isInteger)
}

/** At most `count` of the days, evenly spaced, the first and the last among them. */
export const dayTicks = (days: string[], count = 5): string[] => {
  const steps = Math.min(count, days.length) - 1
  if (steps < 1) return days
  return Array.from({ length: steps + 1 }, (_, i) => days[Math.round((i * (days.length - 1)) / steps)] ?? '')
}
