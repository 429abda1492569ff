import type { Mark } from './find-token.ts'

/** A piece of a line; `marked` is what decides. */
export type Piece = { text: string; marked: boolean }

/** A line as it is shown, with its number from 1; or how many lines are left out between two of them. */
export type ShownLine = { number: number; pieces: Piece[] } | { leftOut: number }

/** Lines above and below what decides. */
const CONTEXT = 3
/** A list this short is shown whole. */
const SHORT = 14
/** Characters of a line around what is marked; of a line without marks, from its beginning. */
const AROUND = 400

/** The marked lines with those around them. `most` bounds the characters; what is marked comes first. */
export const around = (lines: string[], marks: Mark[], most: number): ShownLine[] => {
  const near = new Set<number>()
  for (const { line } of marks) for (let each = line - CONTEXT; each <= line + CONTEXT; each++) near.add(each)
  const wanted = lines.flatMap((_, line) => (lines.length <= SHORT || near.has(line) ? [line] : []))
  return shownOf(lines, marks, wanted, most)
}

/** All of the lines, up to `most` characters. */
export const all = (lines: string[], marks: Mark[], most: number): ShownLine[] =>
  shownOf(
    lines,
    marks,
    lines.map((_, line) => line),
    most,
  )

/** What a line costs beside its characters: many short ones make a long page too. */
const LINE_COST = 16

/** Characters that these lines take of what may be shown. */
export const sizeOf = (lines: ShownLine[]): number =>
  lines.reduce((sum, line) => sum + ('pieces' in line ? lengthOf(line.pieces) : LINE_COST), 0)

const lengthOf = (pieces: Piece[]): number =>
  pieces.reduce((length, { text }) => length + text.length, LINE_COST)

const shownOf = (lines: string[], marks: Mark[], wanted: number[], most: number): ShownLine[] => {
  const byLine = Map.groupBy(marks, ({ line }) => line)
  const shown: ShownLine[] = []
  let left = most
  let next = 0
  for (const line of wanted) {
    const marked = byLine.get(line)
    if (left <= 0 && !marked) continue
    const pieces = piecesOf(lines[line] ?? '', marked ?? [])
    const length = lengthOf(pieces)
    if (length > left && (!marked || left <= -most)) continue
    left -= length
    if (line > next) shown.push({ leftOut: line - next })
    shown.push({ number: line + 1, pieces })
    next = line + 1
  }
  if (next < lines.length) shown.push({ leftOut: lines.length - next })
  return shown
}

/** A line cut at its marks; far from them it is cut off. */
const piecesOf = (text: string, marks: Mark[]): Piece[] => {
  const pieces: Piece[] = []
  let at = 0
  for (const { from, to } of marks.toSorted((a, b) => a.from - b.from)) {
    if (from < at) continue
    pieces.push({ text: text.slice(at, from), marked: false }, { text: text.slice(from, to), marked: true })
    at = to
  }
  pieces.push({ text: text.slice(at), marked: false })
  const last = pieces.length - 1
  return pieces
    .map(({ text: piece, marked }, i) => ({
      marked,
      text: marked
        ? cut(piece, AROUND * 3, 0)
        : cut(piece, i === 0 && last > 0 ? 0 : AROUND, i === last ? 0 : AROUND),
    }))
    .filter(({ text: piece }) => piece !== '')
}

/** The beginning and the end of a text that is too long for both. */
const cut = (text: string, start: number, end: number): string => {
  const out = text.length - start - end
  if (out <= 0) return text
  const tail = end === 0 ? '' : text.slice(-end)
  return `${text.slice(0, start)}… ${out} characters …${tail}`
}
