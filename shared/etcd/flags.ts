import table from './flags.json' with { type: 'json' }

/**
 * How etcd reads a flag's value. `ignored` flags are accepted, take no value and do nothing;
 * `a|b` lists the only values that are allowed.
 */
export type FlagKind =
  | 'bool'
  | 'ignored'
  | 'string'
  | 'urls'
  | 'urls|*'
  | 'int'
  | 'uint'
  | 'duration'
  | 'new|existing'
  | 'off|readonly|on'
  | 'proxy|exit'

/** An etcd release series, as a number that sorts: 3.4 is 304. */
export type Minor = number

type Row = { kind: FlagKind; since?: string; until?: string }

/** Every flag of etcd 3.2 to 3.8-alpha, read from its sources; `since` and `until` name the series that have it. */
const flags = new Map(Object.entries(table as Record<string, Row>))

export const minorOf = (version: string): Minor | undefined => {
  const match = /^v?(\d{1,2})\.(\d{1,2})(?:\.|-|\+|_|$)/.exec(version)
  return match ? Number(match[1]) * 100 + Number(match[2]) : undefined
}

const OLDEST_KNOWN: Minor = 302
const NEWEST_KNOWN: Minor = 308
/** The oldest series assumed where the version is unknown. */
const OLDEST_ASSUMED: Minor = 304

const within = (row: Row, minor: Minor): boolean =>
  (row.since === undefined || minor >= (minorOf(row.since) ?? 0)) &&
  (row.until === undefined || minor <= (minorOf(row.until) ?? Number.MAX_SAFE_INTEGER))

/**
 * How etcd of this series reads the flag; undefined where it does not know it.
 * Without a version: any series from 3.4 on may know it.
 */
export const flagKind = (name: string, minor?: Minor): FlagKind | undefined => {
  const row = flags.get(name)
  if (!row) return undefined
  if (minor === undefined) {
    const lastOne = row.until === undefined ? NEWEST_KNOWN : (minorOf(row.until) ?? NEWEST_KNOWN)
    return lastOne >= OLDEST_ASSUMED ? row.kind : undefined
  }
  return within(row, Math.min(Math.max(minor, OLDEST_KNOWN), NEWEST_KNOWN)) ? row.kind : undefined
}

/** `auto-tls` is `ETCD_AUTO_TLS`. */
const variableOf = (flag: string): string => `ETCD_${flag.toUpperCase().replaceAll('-', '_')}`

const byVariable = new Map([...flags.keys()].map((flag) => [variableOf(flag), flag]))

/** The flag that a variable stands for, in any version; undefined for every other variable. */
export const flagOfVariable = (variable: string): string | undefined => byVariable.get(variable)
