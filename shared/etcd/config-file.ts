import { DEFAULTS, type Refusal, type SettingName, type Settings } from './configuration.ts'
import { flagKind, type Minor } from './flags.ts'
import { readValue } from './go-values.ts'
import { readYaml11, type Yaml, YamlError } from './yaml11.ts'

export type FromConfigFile = { kind: 'settings'; settings: Settings } | { kind: 'refused'; refusal: Refusal }

class Refused extends Error {
  override readonly name = 'Refused'
  readonly text: string

  constructor(message: string, text: string) {
    super(message)
    this.text = text
  }
}

type Section = 'client-transport-security' | 'peer-transport-security'
const SECTIONS: Record<Section, { prefix: '' | 'peer-' }> = {
  'client-transport-security': { prefix: '' },
  'peer-transport-security': { prefix: 'peer-' },
}
const SECTION_BOOLEANS = ['auto-tls', 'client-cert-auth'] as const
const SECTION_TEXTS = ['cert-file', 'key-file', 'trusted-ca-file'] as const
const SECTION_LISTS = ['allowed-cn', 'allowed-hostname']
/** Before, these were unknown keys of the file; an etcd of unknown version may be such a one. */
const LISTS_SINCE: Minor = 305
/** Lists in the file, where the flag takes one text. */
const LISTS = new Set(['log-outputs', 'log-output', 'cipher-suites'])
/** Top-level keys that tell what the ports serve. */
const KEPT = [
  'listen-client-urls',
  'listen-client-http-urls',
  'advertise-client-urls',
  'listen-peer-urls',
  'proxy',
] as const

/**
 * What etcd takes from its config file; every other flag and variable is then ignored.
 * @param content the file's text
 */
export const readConfigFile = (content: string, minor?: Minor): FromConfigFile => {
  try {
    return { kind: 'settings', settings: decode(readYaml11(content), minor) }
  } catch (error) {
    if (error instanceof Refused || error instanceof YamlError)
      return {
        kind: 'refused',
        refusal: {
          code: 'CONFIG_FILE_INVALID',
          message: `etcd refuses its config file: ${error.message}`,
          text: error instanceof Refused ? error.text : error.message,
        },
      }
    throw error
  }
}

const decode = (root: Yaml, minor?: Minor): Settings => {
  const settings: Settings = { ...DEFAULTS }
  if (root === null) return settings
  if (!(root instanceof Map)) throw new Refused('it is not a map', show(root))
  for (const [key, value] of inJsonOrder(root)) {
    if (value === null) continue
    const section = key as Section
    if (Object.hasOwn(SECTIONS, key)) decodeSection(settings, section, value, minor)
    else decodeTopLevel(settings, key, value, minor)
  }
  return settings
}

const decodeTopLevel = (settings: Settings, key: string, value: Yaml, minor?: Minor): void => {
  const kind = flagKind(key, minor)
  // Unknown keys are ignored, and so are the ones that only a section holds (a top-level auto-tls).
  if (kind === undefined || SECTION_ONLY.has(key)) return
  if (LISTS.has(key)) requireList(key, value)
  else if (kind === 'bool') requireBoolean(key, value)
  else if (kind === 'int' || kind === 'uint' || kind === 'duration')
    requireInteger(key, value, kind === 'uint')
  else {
    const text = asText(key, value)
    if (text !== '' && readValue(kind, text, 'exact') === 'refused')
      throw new Refused(`${key} has a value that etcd cannot use`, `${key}: ${text}`)
    if (isOneOf(KEPT, key) && text !== '')
      settings[key] = { value: text, source: 'config-file', text: `${key}: ${text}` }
  }
}

/** Flags whose settings the file holds in a section, so that the same name at the top means nothing. */
const SECTION_ONLY = new Set<string>(
  [...SECTION_BOOLEANS, ...SECTION_TEXTS, ...SECTION_LISTS].flatMap((name) => [name, `peer-${name}`]),
)

const decodeSection = (settings: Settings, section: Section, value: Yaml, minor?: Minor): void => {
  if (!(value instanceof Map)) throw new Refused(`${section} is not a map`, `${section}: ${show(value)}`)
  const { prefix } = SECTIONS[section]
  for (const [key, item] of inJsonOrder(value)) {
    if (item === null) continue
    const path = `${section}.${key}`
    if (isOneOf(SECTION_BOOLEANS, key)) {
      requireBoolean(path, item)
      set(settings, `${prefix}${key}`, item === true, `${path}: ${show(item)}`)
    } else if (isOneOf(SECTION_TEXTS, key)) {
      const text = asText(path, item)
      set(settings, `${prefix}${key}`, text, `${path}: ${text}`)
    } else if (SECTION_LISTS.includes(key) && (minor ?? 0) >= LISTS_SINCE) requireList(path, item)
  }
}

const set = (settings: Settings, name: SettingName, value: boolean | string, text: string): void => {
  Object.assign(settings, { [name]: { value, source: 'config-file', text } })
}

/** Go's JSON decoder gets the keys sorted, matches them without regard to case, and lets the last one win. */
const inJsonOrder = (map: Map<string, Yaml>): [string, Yaml][] =>
  [...map]
    .sort(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
    .map(([key, value]) => [fold(key), value])

const fold = (key: string): string => key.toUpperCase().toLowerCase()

const isOneOf = <T extends string>(list: readonly T[], key: string): key is T =>
  (list as readonly string[]).includes(key)

const requireBoolean = (key: string, value: Yaml): void => {
  if (typeof value !== 'boolean')
    throw new Refused(`${key} must be true or false, without quotes`, `${key}: ${show(value)}`)
}

const requireInteger = (key: string, value: Yaml, unsigned: boolean): void => {
  const whole = typeof value === 'bigint' || (typeof value === 'number' && Number.isInteger(value))
  if (!whole || (unsigned && value < 0))
    throw new Refused(`${key} must be a whole number`, `${key}: ${show(value)}`)
}

const requireList = (key: string, value: Yaml): void => {
  if (!Array.isArray(value)) throw new Refused(`${key} must be a list`, `${key}: ${show(value)}`)
  for (const item of value) if (item !== null) asText(key, item)
}

const asText = (key: string, value: Yaml): string => {
  // A number or a boolean is not taken as its text: `name: 5` stops etcd.
  if (typeof value !== 'string') throw new Refused(`${key} must be a text`, `${key}: ${show(value)}`)
  return value
}

const show = (value: Yaml): string =>
  value instanceof Map
    ? '{...}'
    : Array.isArray(value)
      ? '[...]'
      : typeof value === 'string'
        ? JSON.stringify(value)
        : String(value)
