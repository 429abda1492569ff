import type { Refusal } from './configuration.ts'
import { flagKind, type Minor } from './flags.ts'
import { type Fidelity, parseBool, readValue } from './go-values.ts'

export type Given = { value: string; text: string }

export type CommandLine =
  | {
      kind: 'flags'
      /** The last value of each flag; a bare bool flag is `true`. */
      given: Map<string, Given>
      /** A value that etcd would not accept, in a text that may be a template or a copy. */
      doubtfulValue?: string
    }
  | { kind: 'prints-and-exits' }
  | { kind: 'refused'; refusal: Refusal }

const refused = (code: Refusal['code'], message: string, text: string): CommandLine => ({
  kind: 'refused',
  refusal: { code, message, text },
})

/**
 * Reads the arguments behind argv[0] as Go's `flag` package does for etcd.
 * @param minor the release series where it is known
 */
export const parseCommandLine = (args: readonly string[], fidelity: Fidelity, minor?: Minor): CommandLine => {
  const given = new Map<string, Given>()
  let doubtfulValue: string | undefined
  for (let i = 0; i < args.length; i++) {
    const token = args[i] ?? ''
    if (token === '--') {
      const leftover = args[i + 1]
      if (leftover !== undefined) return notAFlag(leftover)
      break
    }
    if (token.length < 2 || !token.startsWith('-')) return notAFlag(token)
    const body = token.replace(/^--?/, '')
    if (body.startsWith('-') || body.startsWith('='))
      return refused('FLAG_SYNTAX_INVALID', `etcd cannot read the argument ${token}`, token)
    const equals = body.indexOf('=')
    const name = equals < 0 ? body : body.slice(0, equals)
    const kind = flagKind(name, minor)
    if (kind === undefined) {
      if (name === 'help' || name === 'h') return { kind: 'prints-and-exits' }
      return refused('FLAG_UNKNOWN', `etcd has no flag --${name}`, token)
    }
    let entry: Given
    if (equals >= 0) entry = { value: body.slice(equals + 1), text: token }
    else if (kind === 'bool' || kind === 'ignored') entry = { value: 'true', text: token }
    else {
      const value = args[++i]
      if (value === undefined) return refused('FLAG_VALUE_MISSING', `--${name} needs a value`, token)
      entry = { value, text: `${token} ${value}` }
    }
    const read = readValue(kind, entry.value, fidelity)
    if (read === 'refused')
      return refused('FLAG_VALUE_INVALID', `etcd refuses the value of --${name}`, entry.text)
    if (read === 'doubtful') doubtfulValue ??= entry.text
    given.set(name, entry)
  }
  if (parseBool(given.get('version')?.value ?? '')) return { kind: 'prints-and-exits' }
  return doubtfulValue === undefined ? { kind: 'flags', given } : { kind: 'flags', given, doubtfulValue }
}

const notAFlag = (token: string): CommandLine =>
  refused('ARGUMENT_NOT_A_FLAG', `etcd takes no arguments but flags, and got ${JSON.stringify(token)}`, token)
