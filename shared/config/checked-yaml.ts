import { isMap, isNode, isScalar, LineCounter, parseDocument } from 'yaml'
import type { z } from 'zod'
import { ConfigError } from './config-error.ts'
import { keysAt } from './keys-at.ts'

type Path = readonly PropertyKey[]

/** A checked file: its data, and where each part of it stands. */
export type CheckedYaml<T> = {
  data: T
  /** An error about what stands at a path, with its line. */
  problemAt(path: Path, text: string): ConfigError
}

/**
 * Reads a configuration file's text against a schema of strict objects. Unless `scalars` says otherwise every scalar arrives
 * as text: account ids and tag values are text, whatever they look like. Throws ConfigError for the first thing that is wrong, with its line.
 * @param file stands in messages
 * @param opening how to mend an empty file, as in "begin with `targets:`"
 */
export const checkedYaml = <S extends z.ZodType>(
  text: string,
  file: string,
  schema: S,
  opening: string,
  scalars: 'text' | 'typed' = 'text',
): CheckedYaml<z.output<S>> => {
  const lines = new LineCounter()
  const doc = parseDocument(text, {
    schema: scalars === 'text' ? 'failsafe' : 'core',
    lineCounter: lines,
    prettyErrors: false,
  })
  const lineAt = (offset: number | undefined): number | undefined =>
    offset === undefined ? undefined : lines.linePos(offset).line

  /** The line of what stands at a path, or of the nearest part around it that is there. */
  const lineOf = (path: Path): number | undefined => {
    for (let depth = path.length; depth >= 0; depth--) {
      const node = doc.getIn(path.slice(0, depth), true)
      if (isNode(node) && node.range) return lineAt(node.range[0])
    }
    return undefined
  }
  const keyLine = (path: Path, key: string): number | undefined => {
    const parent = path.length === 0 ? doc.contents : doc.getIn(path, true)
    const found = isMap(parent)
      ? parent.items.find(({ key: name }) => isScalar(name) && name.value === key)
      : undefined
    return isScalar(found?.key) ? lineAt(found.key.range?.[0]) : lineOf(path)
  }
  const problemOf = (issue: z.core.$ZodIssue): ConfigError => {
    if (issue.code === 'unrecognized_keys') {
      const [key = ''] = issue.keys
      const where = issue.path.length === 0 ? 'here' : `in ${nameOf(issue.path)}`
      const mend = `remove it, or use one that is allowed ${where}: ${keysAt(schema, issue.path).join(', ')}`
      return new ConfigError(file, keyLine(issue.path, key), `unknown key \`${key}\`; ${mend}`)
    }
    const name = `\`${nameOf(issue.path)}\``
    const missing = issue.path.length > 0 && doc.getIn(issue.path) === undefined
    return new ConfigError(
      file,
      lineOf(issue.path),
      missing ? `${name} is missing; add it` : `${name} ${wording(issue)}`,
    )
  }

  const [syntax] = doc.errors
  if (syntax) throw new ConfigError(file, lineAt(syntax.pos[0]), `this is no YAML: ${syntax.message}`)
  if (!isMap(doc.contents)) throw new ConfigError(file, undefined, `is empty or no mapping; ${opening}`)
  const checked = schema.safeParse(doc.toJS())
  const issues = checked.error?.issues ?? []
  // A misspelt key first: that the right one is missing follows from it.
  const issue = issues.find(({ code }) => code === 'unrecognized_keys') ?? issues[0]
  if (issue !== undefined) throw problemOf(issue)
  return {
    data: checked.data as z.output<S>,
    problemAt: (path, problem) => new ConfigError(file, lineOf(path), problem),
  }
}

const KINDS: Record<string, string> = {
  array: 'a list (lines that begin with `- `)',
  object: 'a set of keys',
  string: 'plain text',
}

const wording = (issue: z.core.$ZodIssue): string =>
  issue.code === 'invalid_type' ? `must be ${KINDS[issue.expected] ?? `a ${issue.expected}`}` : issue.message

/** `targets[0].regions` as a reader writes it. */
const nameOf = (path: Path): string =>
  path
    .map((part, i) => (typeof part === 'number' ? `[${part}]` : `${i > 0 ? '.' : ''}${String(part)}`))
    .join('')
