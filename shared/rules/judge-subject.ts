import type { Resolved, Setting } from '../etcd/configuration.ts'
import type { Side } from '../etcd/effect.ts'
import type { EvidenceExcerpt, SettingSource, Status } from '../findings/finding.ts'
import { decidingSetting, effectCaveats, effectWords, holds, sideOf } from './letter-and-effect.ts'
import type { Condition, Rule } from './rule.ts'
import type { Subject } from './subject.ts'

export type SubjectVerdict = {
  subject: Subject
  status: Status
  reason: string
  /** "runs with auto-TLS on, set by --auto-tls=true": what follows the name of the subject. */
  says: string
  caveats: string[]
  value?: boolean | string
  source?: SettingSource
  excerpt: EvidenceExcerpt
}

/** Flags that show what a port is like; a `ps` line without any of them hides its settings elsewhere. */
const TELLING: Record<Side, string[]> = {
  client: [
    'auto-tls',
    'cert-file',
    'key-file',
    'client-cert-auth',
    'trusted-ca-file',
    'listen-client-urls',
    'advertise-client-urls',
  ],
  peer: [
    'peer-auto-tls',
    'peer-cert-file',
    'peer-key-file',
    'peer-client-cert-auth',
    'peer-trusted-ca-file',
    'listen-peer-urls',
  ],
}
const LONGEST_EXCERPT = 1_000

/** The verdict on one etcd. */
export const judgeSubject = (rule: Rule, subject: Subject): SubjectVerdict => {
  const { resolution } = subject
  if (resolution.kind === 'resolved') return judgeResolved(rule, subject, resolution)
  if (resolution.kind === 'refused') {
    const { code, message, text } = resolution.refusal
    return error(subject, code, message, text)
  }
  if (resolution.kind === 'gap') {
    const hidden = subject.origin === 'ps' && resolution.code === 'CONFIG_FILE_UNREADABLE'
    return error(subject, hidden ? 'SETTINGS_NOT_VISIBLE' : resolution.code, resolution.message)
  }
  throw new Error(`${resolution.mode} is no etcd server and has no verdict`)
}

const judgeResolved = (rule: Rule, subject: Subject, resolution: Resolved): SubjectVerdict => {
  const { settings, environmentUnseen } = resolution
  const violated = rule.assert.all.find((condition) => !holds(condition, settings))
  const condition = violated ?? (rule.assert.all[0] as Condition)
  const deciding = settings[decidingSetting(condition)] as Setting<boolean | string>
  const unknown = environmentUnseen && deciding.source === 'default'
  const gap = violated && !unknown ? undefined : whyNoPass(rule, subject, resolution, violated !== undefined)
  if (gap) return error(subject, gap.reason, gap.says)

  const effects = effectCaveats(rule, resolution, violated === undefined)
  const says = violated ? (condition.says ?? rule.says.fail) : rule.says.pass
  const set = deciding.text === undefined ? ' (the default)' : `, set by ${clip(deciding.text, 200)}`
  return {
    subject,
    status: violated ? 'FAIL' : 'PASS',
    reason: violated ? (condition.reason ?? rule.reasons.fail) : rule.reasons.pass,
    says: `${verbOf(subject)} with ${says}${set}${effectWords(effects)}`,
    caveats: caveatsOf(subject, resolution, effects),
    value: deciding.value,
    source: deciding.source,
    excerpt: excerptOf(subject, deciding),
  }
}

/** What keeps an etcd whose visible settings are fine, or not visible, from a PASS. */
const whyNoPass = (
  rule: Rule,
  subject: Subject,
  { environmentUnseen, wouldNotStart, flagsGiven }: Resolved,
  violated: boolean,
): { reason: string; says: string } | undefined => {
  if (environmentUnseen && subject.origin === 'manifest')
    return { reason: 'SETTINGS_UNRESOLVED', says: 'its variables are not in the manifest' }
  if (environmentUnseen && subject.origin !== 'ps')
    return { reason: 'ENVIRONMENT_UNREADABLE', says: 'its environment could not be read, and may set it' }
  if (subject.cut) return { reason: 'EVIDENCE_TRUNCATED', says: 'its line was cut' }
  const isTelling = TELLING[sideOf(rule)].some((flag) => flagsGiven.has(flag))
  if (subject.origin === 'ps' && (violated || !isTelling))
    return { reason: 'SETTINGS_NOT_VISIBLE', says: 'its command line does not show its settings' }
  if (wouldNotStart !== undefined && subject.origin !== 'process' && subject.origin !== 'embedded')
    return { reason: 'WOULD_NOT_START', says: `etcd would not start like this: ${wouldNotStart}` }
  return undefined
}

const verbOf = (subject: Subject): string => (subject.origin === 'manifest' ? 'declares etcd' : 'runs')

const caveatsOf = (subject: Subject, resolution: Resolved, effects: string[]): string[] => [
  ...(resolution.environmentUnseen ? ['ENVIRONMENT_NOT_SEEN'] : []),
  ...(resolution.wouldNotStart === undefined ? [] : ['WOULD_NOT_START']),
  ...effects,
  ...(subject.notStatic ? ['NOT_A_STATIC_POD'] : []),
]

const error = (subject: Subject, reason: string, says: string, text?: string): SubjectVerdict => ({
  subject,
  status: 'ERROR',
  reason,
  says: `cannot be judged: ${clip(says, 300)}`,
  caveats: [],
  excerpt: excerptOf(subject, { source: 'flag', text }),
})

/** The token that decides; where a default decides, the whole command line, which does not have the token. */
const excerptOf = (
  subject: Subject,
  setting: { source: SettingSource; text?: string | undefined },
): EvidenceExcerpt => {
  const isFile = subject.origin === 'embedded' || setting.source === 'config-file'
  const source = ((): EvidenceExcerpt['source'] => {
    if (subject.origin === 'ps' || subject.origin === 'manifest') return subject.origin
    if (isFile) return 'config-file'
    return setting.source === 'environment' ? 'environment' : 'process'
  })()
  const path = subject.origin === 'manifest' || source === 'config-file' ? subject.path : undefined
  return {
    source,
    ...(subject.pid === undefined ? {} : { pid: subject.pid }),
    ...(path === undefined ? {} : { path }),
    text: clip(setting.text ?? subject.commandLine, LONGEST_EXCERPT),
  }
}

const clip = (text: string, most: number): string => (text.length > most ? `${text.slice(0, most)}…` : text)
