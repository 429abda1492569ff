import type { Effect, SettingSource } from '../findings/finding.ts'

/** A setting as etcd resolved it. `text` is the token that set it, absent for a default. */
export type Setting<T> = { value: T; source: SettingSource; text?: string }

/** The settings that decide how etcd's ports are secured. */
export type Settings = {
  'auto-tls': Setting<boolean>
  'cert-file': Setting<string>
  'key-file': Setting<string>
  'client-cert-auth': Setting<boolean>
  'trusted-ca-file': Setting<string>
  'peer-auto-tls': Setting<boolean>
  'peer-cert-file': Setting<string>
  'peer-key-file': Setting<string>
  'peer-client-cert-auth': Setting<boolean>
  'peer-trusted-ca-file': Setting<string>
  'listen-client-urls': Setting<string>
  'listen-client-http-urls': Setting<string>
  'advertise-client-urls': Setting<string>
  'listen-peer-urls': Setting<string>
  proxy: Setting<string>
}
export type SettingName = keyof Settings

/** Why etcd would not even read its settings; each is a reason code of a finding. */
export type RefusalCode =
  | 'FLAG_UNKNOWN'
  | 'FLAG_SYNTAX_INVALID'
  | 'FLAG_VALUE_MISSING'
  | 'FLAG_VALUE_INVALID'
  | 'ARGUMENT_NOT_A_FLAG'
  | 'VARIABLE_VALUE_INVALID'
  | 'FLAG_AND_VARIABLE_CONFLICT'
  | 'CONFIG_FILE_INVALID'

/** Why the evidence does not tell what etcd does; each is a reason code of a finding. */
export type GapCode =
  | 'PROCESS_UNREADABLE'
  | 'EVIDENCE_TRUNCATED'
  | 'ENVIRONMENT_UNREADABLE'
  | 'CONFIG_FILE_UNREADABLE'
  | 'SETTINGS_NOT_VISIBLE'
  | 'MANIFEST_UNREADABLE'
  | 'MANIFEST_TRUNCATED'
  | 'MANIFEST_INVALID'
  | 'SETTINGS_UNRESOLVED'

/** Words for a person beside a code; `text` is the token at fault. */
export type Refusal = { code: RefusalCode; message: string; text: string }

export type Resolved = {
  kind: 'resolved'
  settings: Settings
  /** Absent where TLS is asked for and cannot be had: then nothing is served. */
  effect: Effect | undefined
  /** What else would keep this etcd from starting. */
  wouldNotStart?: string
  /** Flags given on the command line (or in the manifest). */
  flagsGiven: ReadonlySet<string>
  /** The environment was not seen: a variable, or a config file named by one, could decide otherwise. */
  environmentUnseen: boolean
}

/** What a command line, an environment and a config file make of an etcd process. */
export type Resolution =
  | Resolved
  | { kind: 'refused'; refusal: Refusal }
  | { kind: 'gap'; code: GapCode; message: string }
  /** Not a server: `gateway` and `grpc-proxy` relay; `--version` and `--help` print and end. */
  | { kind: 'not-a-server'; mode: 'gateway' | 'grpc-proxy' | 'prints-and-exits' }

export const DEFAULTS: Settings = {
  'auto-tls': { value: false, source: 'default' },
  'cert-file': { value: '', source: 'default' },
  'key-file': { value: '', source: 'default' },
  'client-cert-auth': { value: false, source: 'default' },
  'trusted-ca-file': { value: '', source: 'default' },
  'peer-auto-tls': { value: false, source: 'default' },
  'peer-cert-file': { value: '', source: 'default' },
  'peer-key-file': { value: '', source: 'default' },
  'peer-client-cert-auth': { value: false, source: 'default' },
  'peer-trusted-ca-file': { value: '', source: 'default' },
  'listen-client-urls': { value: 'http://localhost:2379', source: 'default' },
  'listen-client-http-urls': { value: '', source: 'default' },
  'advertise-client-urls': { value: 'http://localhost:2379', source: 'default' },
  'listen-peer-urls': { value: 'http://localhost:2380', source: 'default' },
  proxy: { value: 'off', source: 'default' },
}
