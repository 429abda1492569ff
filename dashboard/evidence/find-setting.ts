import { isComment, type Mark, type Which } from './find-token.ts'

/** A file that etcd reads has one of each section; a hostile one may have thousands, each to be looked through. */
const MOST_SECTIONS = 8

/**
 * Where a config file says `section.key: value`. The excerpt shows what was read, not how it was written, so it is the
 * key that is looked for: with or without quotes, in a map of lines or in braces.
 */
export const settingIn = (lines: string[], excerpt: string): Mark[] => {
  const [, path] = /^([\w.-]+): /.exec(`${excerpt} `) ?? []
  if (path === undefined) return []
  const [first = '', second] = path.split('.')
  if (second === '') return []
  const outer = keysIn(lines, first).slice(-MOST_SECTIONS)
  if (second === undefined) return outer.slice(-1).map((each) => withValue(lines, each))
  const below = outer.flatMap(({ line, from, indent }) => keysBelow(lines, second, line, from, indent))
  // An anchor or a merge brings the key from elsewhere in the file.
  return (below.length > 0 ? below : keysIn(lines, second).map((each) => withValue(lines, each))).slice(-1)
}

/** The two lines of a manifest that set a variable: `name: NAME` and its `value:`. */
export const variableIn = (lines: string[], excerpt: string, which: Which): Mark[] => {
  const [, name] = /^([A-Za-z_]\w*)=/.exec(excerpt) ?? []
  if (name === undefined) return []
  const isNamed = new RegExp(`^["']?${name}["']?\\s*[,}]?\\s*(#.*)?$`)
  const named = keysIn(lines, 'name').filter(({ line, to }) =>
    isNamed.test((lines[line] ?? '').slice(to).trim()),
  )
  const mark = which === 'last' ? named.at(-1) : named[0]
  if (!mark) return []
  const near = [mark.line, mark.line + 1, mark.line - 1]
  const [value] = near.flatMap((line) => keysIn(lines, 'value').filter((each) => each.line === line))
  return [mark, ...(value ? [value] : [])]
    .map(({ line, from }) => ({ line, from, to: (lines[line] ?? '').trimEnd().length }))
    .toSorted((a, b) => a.line - b.line || a.from - b.from)
}

/** A flag whose value stands elsewhere: behind it, or in a variable that the manifest names. */
export const flagIn = (lines: string[], excerpt: string, which: Which): Mark[] => {
  const [flag] = /^--?[a-z][\w-]*/.exec(excerpt) ?? []
  if (flag === undefined) return []
  const found = lines.flatMap((content, line): Mark[] => {
    const [, before = '', token = ''] =
      (isComment(content)
        ? null
        : new RegExp(`^(.*?(?:^|[\\s"',[-]))(${flag}(?![\\w-])\\S*)`).exec(content)) ?? []
    return token === '' ? [] : [{ line, from: before.length, to: before.length + token.length }]
  })
  const chosen = which === 'last' ? found.at(-1) : found[0]
  if (!chosen) return []
  const [, value] = /^\S+ (.+)$/.exec(excerpt) ?? []
  const next = value === undefined ? undefined : (lines[chosen.line + 1] ?? '')
  const at = next === undefined || value === undefined ? -1 : next.indexOf(value)
  return at < 0 || value === undefined
    ? [chosen]
    : [chosen, { line: chosen.line + 1, from: at, to: at + value.length }]
}

type KeyMark = Mark & { indent: number }

/** Every place of a key, with its value; `indent` is that of its line. */
const keysIn = (lines: string[], key: string): KeyMark[] =>
  lines.flatMap((content, line) => (isComment(content) ? [] : keysOfLine(content, line, key, 0)))

const keysOfLine = (content: string, line: number, key: string, start: number): KeyMark[] => {
  const pattern = new RegExp(`(?<=^|[\\s{,])(?:"${key}"|'${key}'|${key}(?=\\s*:(?:\\s|$)))\\s*:`, 'gi')
  const indent = content.length - content.trimStart().length
  return [...content.slice(start).matchAll(pattern)].map((match) => {
    const from = start + match.index
    return { ...{ line, from, indent }, to: from + match[0].length }
  })
}

/** In the braces behind the section, or in the lines below it that are further in. */
const keysBelow = (lines: string[], key: string, section: number, from: number, indent: number): Mark[] => {
  const found = keysOfLine(lines[section] ?? '', section, key, from)
  for (let line = section + 1; line < lines.length; line++) {
    const content = lines[line] ?? ''
    if (content.trim() === '' || isComment(content)) continue
    if (content.length - content.trimStart().length <= indent) break
    found.push(...keysOfLine(content, line, key, 0))
  }
  return found.map((each) => withValue(lines, each))
}

const withValue = (lines: string[], { line, from, to }: Mark): Mark => ({
  ...{ line, from },
  to: valueEnd(lines[line] ?? '', to),
})

/** The end of a value that is written on one line: a text in quotes, or up to what ends it. */
const valueEnd = (content: string, from: number): number => {
  const isInBraces = content.slice(0, from).includes('{')
  const plain = isInBraces ? '[^,}]*' : '(?:[^\\s]|[ \\t](?!#))*'
  const [value = ''] = new RegExp(`^\\s*(?:"[^"]*"|'[^']*'|${plain})`).exec(content.slice(from)) ?? []
  return from + value.trimEnd().length
}
