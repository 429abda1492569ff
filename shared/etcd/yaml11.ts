import {
  Composer,
  type Document,
  isAlias,
  isMap,
  isPair,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  Parser,
  type YAMLMap,
} from 'yaml'

export type Yaml = null | boolean | number | bigint | string | Yaml[] | Map<string, Yaml>

/** Text that etcd's YAML reader would not accept either, or that is not worth expanding. */
export class YamlError extends Error {
  override readonly name = 'YamlError'
}

/** Aliases may multiply a small text; no real configuration comes near this. */
const MOST_NODES = 100_000
const MOST_DEPTH = 100
/** The collector sends half of this; a host's own files are smaller still. */
const MOST_CHARACTERS = 128 * 1024
/** Far above that, since brackets in texts count too; far below what takes the parser seconds. */
const MOST_OPEN = 1_000
const COMPACT_LISTS = /(?:[-?:][ \t]+){1000}/
// biome-ignore lint/suspicious/noControlCharactersInRegex: yaml.v2 refuses exactly these
const FORBIDDEN = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f\u0085\u2028\u2029]/

/**
 * Reads the first document of a text as Go's yaml.v2 does, which etcd and the kubelet use: YAML 1.1 booleans, the
 * last of duplicate keys wins, and a merge key overwrites what stands before it.
 * @throws YamlError with the reader's own words
 */
export const readYaml11 = (text: string): Yaml => {
  if (FORBIDDEN.test(text)) throw new YamlError('control characters are not allowed')
  if (text.length > MOST_CHARACTERS) throw new YamlError('it is too large')
  if (isTooDeep(text)) throw new YamlError('too many levels')
  const lines = new LineCounter()
  const composer = new Composer({
    version: '1.1',
    uniqueKeys: false,
    merge: false,
    logLevel: 'silent',
    intAsBigInt: true,
  })
  // The documents come one by one: what follows the first costs nothing.
  const [document] = composer.compose(new Parser(lines.addNewLine).parse(text))
  if (!document) return null
  const problem =
    document.errors[0] ?? document.warnings.find((w) => !/^Unresolved tag: !(?!!)/.test(w.message))
  if (problem) {
    const { line, col } = lines.linePos(problem.pos[0])
    throw new YamlError(`${problem.message} at line ${line}, column ${col}`)
  }
  if (document.directives?.yaml.version !== '1.1') throw new YamlError('only YAML 1.1 is accepted')
  return new Reader(document).read(document.contents, 0)
}

/** Brackets that are open at once, quoted ones too, or marks of lists in one line: the parser takes them one in another. */
const isTooDeep = (text: string): boolean => {
  let open = 0
  for (const character of text) {
    if (character === '[' || character === '{') open++
    else if (character === ']' || character === '}') open = Math.max(0, open - 1)
    if (open > MOST_OPEN) return true
  }
  return COMPACT_LISTS.test(text)
}

class Reader {
  private nodes = 0
  private readonly open = new Set<unknown>()
  private readonly document: Document.Parsed

  constructor(document: Document.Parsed) {
    this.document = document
  }

  read(node: Node | null, depth: number): Yaml {
    if (++this.nodes > MOST_NODES || depth > MOST_DEPTH) throw new YamlError('too many aliases or levels')
    if (node === null) return null
    if (this.open.has(node)) throw new YamlError('an anchor contains itself')
    if (isAlias(node)) {
      const target = node.resolve(this.document)
      if (!target) throw new YamlError(`unknown anchor '${node.source}'`)
      return this.read(target, depth + 1)
    }
    if (isScalar(node)) return scalar(node.value, node.source)
    this.open.add(node)
    try {
      if (isSeq(node)) return node.items.map((item) => this.read(item as Node | null, depth + 1))
      if (isMap(node)) return this.readMap(node, depth)
    } finally {
      this.open.delete(node)
    }
    throw new YamlError('unsupported content')
  }

  private readMap(map: YAMLMap, depth: number): Map<string, Yaml> {
    const result = new Map<string, Yaml>()
    for (const pair of map.items) {
      if (!isPair(pair)) throw new YamlError('unsupported content')
      const value = this.read((pair.value as Node | null) ?? null, depth + 1)
      if (isScalar(pair.key) && pair.key.source === '<<' && pair.key.type === 'PLAIN') merge(result, value)
      else result.set(keyText(this.read((pair.key as Node | null) ?? null, depth + 1)), value)
    }
    return result
  }
}

const merge = (into: Map<string, Yaml>, value: Yaml): void => {
  const sources = Array.isArray(value) ? value.toReversed() : [value]
  for (const source of sources) {
    if (!(source instanceof Map)) throw new YamlError('a merge key needs a map, or a list of maps')
    for (const [key, item] of source) into.set(key, item)
  }
}

const keyText = (key: Yaml): string => {
  if (key instanceof Map || Array.isArray(key)) throw new YamlError('a map key must be a scalar')
  return String(key)
}

/** Dates stay the text they were written as; numbers that JSON has no word for stop etcd. */
const scalar = (value: unknown, source: string | undefined): Yaml => {
  if (typeof value === 'number' && !Number.isFinite(value)) throw new YamlError('a number must be finite')
  if (value === null || value === undefined) return null
  if (
    typeof value === 'boolean' ||
    typeof value === 'number' ||
    typeof value === 'bigint' ||
    typeof value === 'string'
  )
    return value
  return source ?? String(value)
}
