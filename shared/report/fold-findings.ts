import type { FindingRow } from './findings-table.ts'

/** One line of the table: the findings of a host that say the same, under all of their controls. */
export type FoldedRow = FindingRow & { controls: string[] }

/**
 * Folds what a reader would read over and over: a host that passes several controls, and one that cannot be judged, or
 * need not be, for one reason under every control. A FAIL always stands alone.
 */
export const foldRows = (rows: readonly FindingRow[]): FoldedRow[] => {
  const folded = new Map<string, FoldedRow>()
  rows.forEach((row, i) => {
    const key = keyOf(row, i)
    const first = folded.get(key)
    if (first) first.controls.push(row.finding.control)
    else folded.set(key, { ...row, controls: [row.finding.control] })
  })
  for (const row of folded.values()) row.controls.sort((a, b) => a.localeCompare(b, 'en', { numeric: true }))
  return [...folded.values()]
}

const keyOf = ({ where, finding, since, cluster, stale, notes }: FindingRow, i: number): string => {
  const { status, reason, message, caveats } = finding
  if (status === 'FAIL') return String(i)
  const says = status === 'PASS' ? [] : [reason, message]
  return JSON.stringify([where, status, says, caveats, since?.slice(0, 16), cluster, stale, notes])
}

/** `2.1-2.3 2.6`: controls that follow one another as a range. Takes them sorted. */
export const controlRanges = (controls: readonly string[]): string => {
  const ranges: { first: string; last: string }[] = []
  for (const control of controls) {
    const range = ranges.at(-1)
    if (range && next(range.last) === control) range.last = control
    else ranges.push({ first: control, last: control })
  }
  return ranges.map(({ first, last }) => (first === last ? first : `${first}-${last}`)).join(' ')
}

const next = (control: string): string => control.replace(/\d+$/, (n) => String(Number(n) + 1))
