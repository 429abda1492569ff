/** PASS and FAIL are decided; ERROR could not be decided; NOT_APPLICABLE is proved to be out of scope. */
export type Status = 'PASS' | 'FAIL' | 'ERROR' | 'NOT_APPLICABLE'
export type Severity = 'low' | 'medium' | 'high' | 'critical'

/** Where a setting came from. */
export type SettingSource = 'flag' | 'environment' | 'config-file' | 'default'

export type Served = 'auto-self-signed' | 'plain-http' | 'given-cert'

/** What the client port does in fact: the worst of several listen URLs. */
export type Effect = { servedOnClientPort: Served; clientCertRequired: boolean }

type Judged = {
  status: Status
  reason: string
  caveats: string[]
  value?: boolean | string
  source?: SettingSource
}
export type JudgedProcess = Judged & { pid?: number }
export type JudgedManifest = Judged & { path: string }

/** The piece of evidence that decides, as the node printed it: hostile text. */
export type EvidenceExcerpt = {
  source: 'process' | 'environment' | 'config-file' | 'manifest' | 'ps' | 'apiserver'
  pid?: number
  path?: string
  text: string
}

/** The verdict on one rule and one host: what `evaluate --format jsonl` prints. Public, frozen. */
export type Finding = {
  ruleId: string
  control: string
  severity: Severity
  status: Status
  /** A stable code of docs/verdicts.md. */
  reason: string
  message: string
  caveats: string[]
  /** Absent where no process was looked for, or none is there. */
  running?: { status: Status; processes: JudgedProcess[] }
  /** Absent where no manifest declares an etcd. */
  declared?: { status: Status; manifests: JudgedManifest[] }
  effect?: Effect
  evidence: EvidenceExcerpt[]
}
