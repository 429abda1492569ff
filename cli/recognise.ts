import { linesOf } from '../shared/etcd/lines.ts'
import { looksLikeCollectorOutput } from '../shared/evidence/envelope.ts'

export const INPUT_KINDS = ['evidence', 'collector', 'ps', 'manifest'] as const
export type InputKind = (typeof INPUT_KINDS)[number]

/**
 * What a text is, by its content. An empty text is a process list without etcd: the audit's own `ps | grep` finds
 * nothing on such a host. Text from a node could imitate another kind, so what its beginning shows comes first.
 */
export const recognise = (text: string): InputKind | { unrecognised: string } => {
  const first = find(text, (line) => line.trim() !== '')
  if (first === undefined) return 'ps'
  if (startsLikeJson(text)) return isJsonManifest(text) ? 'manifest' : 'evidence'
  if (looksLikeCollectorOutput(text)) return 'collector'
  if (text.includes('\0')) return { unrecognised: 'this is binary (or UTF-16) data; save it as UTF-8 text' }
  if (isPsLine(first)) return 'ps'
  const other = OTHER_FILES.find(({ mark }) => mark.test(text))
  if (other) return { unrecognised: other.advice }
  if (find(text, (line) => MANIFEST_KEY.test(line)) !== undefined) return 'manifest'
  if (find(text, isEvidenceLine) !== undefined) return 'evidence'
  if (find(text, (line) => isPsLine(line) || namesEtcd(line)) !== undefined) return 'ps'
  return { unrecognised: `${NOT_RECOGNISED}; say what it is with --as evidence|collector|ps|manifest` }
}

const find = (text: string, is: (line: string) => boolean): string | undefined => {
  for (const line of linesOf(text)) if (is(line)) return line
  return undefined
}

const NOT_RECOGNISED =
  'this is neither Evidence JSON, collector output, ps output nor a manifest (YAML or JSON with kind and spec)'

/** An object, or an array of objects; not `[sudo] password for ...`, nor a template. */
const startsLikeJson = (text: string): boolean => /^\s*(\{(?![{%])|\[\s*[{\]])/.test(text)

/** `--as manifest` is there for a JSON manifest that is broken: this only reads sound ones. */
const isJsonManifest = (text: string): boolean => {
  const value = parsed(text)
  return isObject(value) && 'kind' in value && !('schemaVersion' in value)
}

const isEvidenceLine = (line: string): boolean => {
  const value = line.startsWith('{') ? parsed(line) : undefined
  return isObject(value) && 'schemaVersion' in value
}

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null

const MANIFEST_KEY = /^["']?(apiVersion|kind)["']?\s*:/

/** Columns of `ps -ef` and `ps aux`, BusyBox's, and their heads. */
const isPsLine = (line: string): boolean =>
  [
    /^\s*(UID|USER|PID)\s.*\b(CMD|COMMAND)\s*$/,
    /^\s*\S+\s+\d+\s+\d+\s+\d+\s+\S+\s/,
    /^\s*\S+\s+\d+\s+\d+\.\d+\s+\d+\.\d+\s/,
    /^\s*\d+\s+\S+\s+\d+([:hdm]\d+)+\s+\S/,
  ].some((columns) => columns.test(line))

/** The last resort: some list of commands in which etcd is one. */
const namesEtcd = (line: string): boolean => /\betcd\b/.test(line)

/**
 * Files of an etcd host that alone decide nothing: say so rather than judging them as something else. No pattern goes
 * on over the end of a line: on a text of empty lines it would never come to an end.
 */
const OTHER_FILES: { mark: RegExp; advice: string }[] = [
  {
    mark: /^[ \t]*\[(Unit|Service)\][ \t\r]*$/m,
    advice: 'this is a systemd unit, which does not show what runs; run the collector on the host instead',
  },
  {
    mark: /^[ \t]*((client|peer)-transport-security|(listen|advertise)-client-urls|data-dir)[ \t]*:/m,
    advice:
      'this is an etcd config file; which process uses it is not known, so run the collector on the host instead',
  },
  {
    mark: /^[ \t#]*(export[ \t]+)?ETCD_[A-Z_]+=/m,
    advice:
      'this is an environment file; which process uses it is not known, so run the collector on the host instead',
  },
]
