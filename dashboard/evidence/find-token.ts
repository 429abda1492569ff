/** A place in a list of lines: characters `from` up to `to` of one of them. */
export type Mark = { line: number; from: number; to: number }

/** Which of several equal tokens counts: flags are overwritten by later ones, variables are not, a refusal stops at the first. */
export type Which = 'first' | 'last'

/** An excerpt that was cut ends like this. */
const CUT = '…'

/** Whether a text is the excerpt, of which the end may have been cut off. */
export const isExcerpt = (text: string, excerpt: string): boolean =>
  text === excerpt ||
  (excerpt.length > CUT.length && excerpt.endsWith(CUT) && text.startsWith(excerpt.slice(0, -CUT.length)))

/** A line that is the excerpt, or two that follow each other: `--name` and its value. */
export const wholeLines = (lines: string[], excerpt: string, which: Which): Mark[] => {
  const starts = lines.map((_, i) => i)
  const ordered = which === 'last' ? starts.reverse() : starts
  const one = ordered.find((i) => isExcerpt(lines[i] ?? '', excerpt))
  if (one !== undefined) return [whole(lines, one)]
  const pair = ordered.find(
    (i) =>
      i + 1 < lines.length &&
      excerpt.startsWith(`${lines[i]} `) &&
      isExcerpt(`${lines[i]} ${lines[i + 1]}`, excerpt),
  )
  return pair === undefined ? [] : [whole(lines, pair), whole(lines, pair + 1)]
}

/** Where the excerpt stands inside of a line as a word of its own. Comments are looked at last. */
export const insideLines = (lines: string[], excerpt: string, which: Which, ends = /[\w-]/): Mark[] => {
  const text = excerpt.endsWith(CUT) ? excerpt.slice(0, -CUT.length) : excerpt
  if (text === '') return []
  const marks = lines.flatMap((content, line) =>
    placesOf(content, text)
      .filter((from) => isWord(content, from, from + text.length, ends) || excerpt !== text)
      .map((from) => ({ line, from, to: from + text.length })),
  )
  const counting = marks.filter(({ line }) => !isComment(lines[line] ?? ''))
  const chosen = (counting.length > 0 ? counting : marks).at(which === 'last' ? -1 : 0)
  return chosen ? [chosen] : []
}

/** The whole of a line but the blanks around it. */
export const whole = (lines: string[], line: number): Mark => {
  const text = lines[line] ?? ''
  return { line, from: text.length - text.trimStart().length, to: text.trimEnd().length }
}

export const isComment = (line: string): boolean => /^\s*#/.test(line)

const isWord = (content: string, from: number, to: number, part: RegExp): boolean =>
  !part.test(content.charAt(from - 1)) && !part.test(content.charAt(to))

const placesOf = (content: string, text: string): number[] => {
  const places: number[] = []
  for (let at = content.indexOf(text); at >= 0; at = content.indexOf(text, at + text.length)) places.push(at)
  return places
}
