import type { EvidenceExcerpt } from '../../shared/findings/finding.ts'
import { flagIn, settingIn, variableIn } from './find-setting.ts'
import { insideLines, isExcerpt, type Mark, type Which, whole, wholeLines } from './find-token.ts'
import type { Part } from './parts.ts'

/**
 * Where an excerpt stands in the evidence. Without marks the part as a whole is what was judged: its command line, which does not
 * hold the setting, or a file that could not be read.
 */
export type Located = { part: Part; marks: Mark[] }

/** How the excerpt came to be: which of several equal tokens counts, and the reason code of the verdict. */
export type Verdict = { which: Which; reason: string }

/** Finds the excerpt in what was read from the node: in its process or file first. Empty: it is in none of them. Pure. */
export const locate = (excerpt: EvidenceExcerpt, parts: readonly Part[], verdict: Verdict): Located[] => {
  const own = parts.filter((part) => part.kind === excerpt.source && isOf(part, excerpt))
  if (excerpt.source === 'apiserver') return ofApiservers(excerpt.text, own)
  const [whole] = own.filter((part) => isWhole(part, excerpt))
  if (whole) return [{ part: whole, marks: [] }]
  const places = [...own, ...elsewhere(excerpt, parts)]
  for (const part of places.filter(isReadable)) {
    const marks = marksIn(part, excerpt.text, verdict.which)
    if (marks.length > 0) return [{ part, marks }]
  }
  const file = places.find(({ kind }) => kind === 'config-file')
  if (file && verdict.reason === 'CONFIG_FILE_INVALID')
    return [{ part: file, marks: lineNamed(file, excerpt.text) }]
  const judged = own.find((part) => isMadeOf(part, excerpt.text))
  return judged ? [{ part: judged, marks: [] }] : []
}

/**
 * What etcd refuses is told of its process, wherever it stands; and a manifest's etcd may be set by the config file that the
 * running one was seen to use.
 */
const elsewhere = (excerpt: EvidenceExcerpt, parts: readonly Part[]): Part[] => {
  if (excerpt.source === 'manifest') return parts.filter(({ kind }) => kind === 'config-file')
  if (excerpt.source !== 'process') return []
  return parts.filter(
    (part) => (part.kind === 'environment' || part.kind === 'config-file') && isOf(part, excerpt),
  )
}

/** The reader of YAML names the line that it stumbles over. */
const lineNamed = ({ lines }: Part, text: string): Mark[] => {
  const line = Number(/ at line (\d+), column \d+$/.exec(text)?.[1] ?? Number.NaN) - 1
  return lines[line] === undefined ? [] : [whole(lines, line)]
}

/** Neither etcd's reader of YAML nor ours takes a file that is larger: nothing in it has decided. */
const MOST_CHARACTERS = 128 * 1024

const isReadable = ({ kind, lines }: Part): boolean =>
  (kind !== 'config-file' && kind !== 'manifest') ||
  lines.reduce((sum, { length }) => sum + length + 1, 0) <= MOST_CHARACTERS + 1

const isOf = (part: Part, { pid, path }: EvidenceExcerpt): boolean =>
  (pid === undefined || part.pid === undefined || part.pid === pid) &&
  (path === undefined || part.path === undefined || part.path === path)

const marksIn = ({ kind, lines }: Part, text: string, which: Which): Mark[] => {
  switch (kind) {
    case 'process':
      return wholeLines(lines, text, which)
    case 'environment':
      return wholeLines(lines, text, 'first')
    case 'config-file':
      return firstOf(
        () => settingIn(lines, text),
        () => insideLines(lines, text, 'last'),
      )
    case 'manifest':
      return firstOf(
        () => insideLines(lines, text, which),
        () => variableIn(lines, text, which),
        () => flagIn(lines, text, which),
      )
    case 'ps':
      return firstOf(
        () => lineOfPs(lines, text),
        () => insideLines(lines, text, which, /\S/),
      )
    case 'apiserver':
      return []
  }
}

const firstOf = (...ways: (() => Mark[])[]): Mark[] => {
  for (const way of ways) {
    const marks = way()
    if (marks.length > 0) return marks
  }
  return []
}

/** A line of ps has no more than itself to show: where a default decides, all of it is what was judged. */
const lineOfPs = (lines: string[], text: string): Mark[] => {
  const line = lines.findIndex((each) => isExcerpt(each.trim(), text))
  return line < 0 ? [] : [whole(lines, line)]
}

/** Words that are looked for before a command line counts as found in a manifest. */
const MOST_WORDS = 50

/** Nothing in it is more to the point than all of it. */
const isWhole = ({ kind, lines }: Part, { text }: EvidenceExcerpt): boolean =>
  text === '' || (kind === 'process' && isExcerpt(lines.join(' '), text))

/** A command line that a manifest spells over several lines. */
const isMadeOf = ({ kind, lines }: Part, text: string): boolean => {
  if (kind !== 'manifest') return false
  const content = lines.join('\n')
  const words = text.replace(/…$/, '').split(/\s+/).slice(0, MOST_WORDS)
  return words.length > 1 && words.every((word) => content.includes(word))
}

const ofApiservers = (text: string, parts: readonly Part[]): Located[] => {
  const urls = new Set(text.split(','))
  return parts.flatMap((part) => {
    const marks = part.lines.flatMap((each, line) =>
      each.split(',').every((url) => urls.has(url)) ? [whole(part.lines, line)] : [],
    )
    return marks.length > 0 ? [{ part, marks }] : []
  })
}
