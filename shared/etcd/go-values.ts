import type { FlagKind } from './flags.ts'

/** Go's strconv.ParseBool: these and no others. */
const TRUE = new Set(['1', 't', 'T', 'true', 'TRUE', 'True'])
const FALSE = new Set(['0', 'f', 'F', 'false', 'FALSE', 'False'])

export const parseBool = (text: string): boolean | undefined =>
  TRUE.has(text) ? true : FALSE.has(text) ? false : undefined

/** strconv.ParseInt with base 0: a prefix names the base, underscores only between digits of a prefixed number. */
const INTEGER =
  /^(?:0[xX](?:_?[0-9a-fA-F])+|0[bB](?:_?[01])+|0[oO](?:_?[0-7])+|0(?:_?[0-7])*|[1-9](?:_?[0-9])*)$/
const MAX_UINT64 = 2n ** 64n - 1n
const MAX_INT64 = 2n ** 63n - 1n

const magnitude = (digits: string): bigint | undefined => {
  if (!INTEGER.test(digits)) return undefined
  const plain = digits.replaceAll('_', '')
  return BigInt(/^0[0-7]+$/.test(plain) ? `0o${plain.slice(1)}` : plain)
}

const isUint = (text: string): boolean => {
  const n = magnitude(text)
  return n !== undefined && n <= MAX_UINT64
}

const isInt = (text: string): boolean => {
  const n = magnitude(text.replace(/^[+-]/, ''))
  return n !== undefined && n <= (text.startsWith('-') ? MAX_INT64 + 1n : MAX_INT64)
}

/** time.ParseDuration: `300ms`, `-1.5h`, `2h45m`; a unit is needed but for zero. */
const isDuration = (text: string): boolean =>
  /^[+-]?(?:0|(?:(?:\d+\.?\d*|\.\d+)(?:ns|us|µs|μs|ms|s|m|h))+)$/.test(text)

export type Url = { scheme: string; host: string }

/** What a host may hold besides letters and digits, in Go's net/url. */
const HOST = /^(?:\[[0-9A-Fa-f:.%a-z]+\]|[A-Za-z0-9\-._~!$&'()*+,;=<>"%]*)$/

/**
 * A comma-separated list as etcd's types.NewURLs reads it: a known scheme, `host:port`, no path.
 * Undefined where etcd would refuse it.
 */
export const parseUrls = (text: string): Url[] | undefined => {
  const urls: Url[] = []
  for (const part of text.split(',')) {
    const match = /^([A-Za-z][A-Za-z0-9+.-]*):\/\/(?:[^@/?#]*@)?([^/?#]*):([^/?#:]*)(\?[^#]*)?(#.*)?$/.exec(
      part.trim(),
    )
    const [, scheme = '', host = '', port = ''] = match ?? []
    const known = ['http', 'https', 'unix', 'unixs'].includes(scheme.toLowerCase())
    if (!match || !known || !HOST.test(host) || !/^\d*$/.test(port)) return undefined
    urls.push({ scheme: scheme.toLowerCase(), host })
  }
  return urls
}

/** Whether etcd accepts the text as a value of a flag of this kind. */
const accepts = (kind: FlagKind, text: string): boolean => {
  switch (kind) {
    case 'string':
    case 'ignored':
      return true
    case 'bool':
      return parseBool(text) !== undefined
    case 'urls':
      return text === '' || parseUrls(text) !== undefined
    case 'urls|*':
      return text === '*' || parseUrls(text) !== undefined
    case 'uint':
      return isUint(text)
    case 'int':
      return isInt(text)
    case 'duration':
      return isDuration(text)
    default:
      return kind.split('|').includes(text)
  }
}

/** Where tokens come from: `exact` are a process's own, `text` may have been retyped, cut or templated. */
export type Fidelity = 'exact' | 'text'

/** An unexpanded `{ip}`, `${IP}` or `<ip>`: such text is a template, and no etcd runs with it. */
const PLACEHOLDER = /[{}<>]|\$[({A-Za-z_]/

/**
 * What etcd makes of a value. A wrong boolean is always refused; another wrong value is only `doubtful` where it may
 * come from the copying.
 */
export const readValue = (
  kind: FlagKind,
  text: string,
  fidelity: Fidelity,
): 'accepted' | 'doubtful' | 'refused' => {
  if (accepts(kind, text)) return 'accepted'
  return kind !== 'bool' && (fidelity === 'text' || PLACEHOLDER.test(text)) ? 'doubtful' : 'refused'
}
