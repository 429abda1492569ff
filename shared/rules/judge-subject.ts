import type { Resolved, Setting, Settings } from '../etcd/configuration.ts'
import { isInert } from '../etcd/effect.ts'
import type { EvidenceExcerpt, SettingSource, Status } from '../findings/finding.ts'
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

/** Flags that show what a client port is like; a `ps` line without any of them hides its settings elsewhere. */
const TELLING = [
  'auto-tls',
  'cert-file',
  'key-file',
  'client-cert-auth',
  'trusted-ca-file',
  'listen-client-urls',
  'advertise-client-urls',
]
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
  const { settings, environmentUnseen, wouldNotStart } = resolution
  const violated = rule.assert.all.find((condition) => !holds(condition, settings))
  const deciding = settings[(violated ?? (rule.assert.all[0] as Condition)).setting] as Setting<
    boolean | string
  >
  const decided = { value: deciding.value, source: deciding.source }
  const set = deciding.text === undefined ? ' (the default)' : `, set by ${clip(deciding.text, 200)}`

  if (violated && !(environmentUnseen && deciding.source === 'default'))
    return {
      subject,
      status: 'FAIL',
      reason: rule.reasons.fail,
      says: `${verbOf(subject)} with ${rule.says.fail}${set}${effectWords(rule, resolution)}`,
      caveats: caveatsOf(rule, subject, resolution),
      ...decided,
      excerpt: excerptOf(subject, deciding),
    }
  if (environmentUnseen && subject.origin !== 'ps') {
    const isManifest = subject.origin === 'manifest'
    return error(
      subject,
      isManifest ? 'SETTINGS_UNRESOLVED' : 'ENVIRONMENT_UNREADABLE',
      isManifest
        ? 'its variables are not in the manifest'
        : 'its environment could not be read, and may set it',
    )
  }
  if (subject.cut) return error(subject, 'EVIDENCE_TRUNCATED', 'its line was cut')
  if (subject.origin === 'ps' && !TELLING.some((flag) => resolution.flagsGiven.has(flag)))
    return error(subject, 'SETTINGS_NOT_VISIBLE', 'its command line does not show its settings')
  if (wouldNotStart !== undefined && subject.origin !== 'process')
    return error(subject, 'WOULD_NOT_START', `etcd would not start like this: ${wouldNotStart}`)
  return {
    subject,
    status: 'PASS',
    reason: rule.reasons.pass,
    says: `${verbOf(subject)} with ${rule.says.pass}${set}`,
    caveats: caveatsOf(rule, subject, resolution),
    ...decided,
    excerpt: excerptOf(subject, deciding),
  }
}

const holds = (condition: Condition, settings: Settings): boolean => {
  const { value } = settings[condition.setting]
  return 'equals' in condition ? value === condition.equals : value !== ''
}

const verbOf = (subject: Subject): string => (subject.origin === 'manifest' ? 'declares etcd' : 'runs')

const caveatsOf = (rule: Rule, subject: Subject, resolution: Resolved): string[] => [
  ...(resolution.environmentUnseen ? ['ENVIRONMENT_NOT_SEEN'] : []),
  ...(resolution.wouldNotStart === undefined ? [] : ['WOULD_NOT_START']),
  ...(rule.facts.includes('auto-tls') && isInert(resolution.settings) ? ['AUTO_TLS_INERT'] : []),
  ...(rule.facts.includes('auto-tls') && servesPlain(resolution) ? ['PLAIN_HTTP_SERVED'] : []),
  ...(subject.notStatic ? ['NOT_A_STATIC_POD'] : []),
]

const servesPlain = ({ settings, effect }: Resolved): boolean =>
  settings['auto-tls'].value && effect?.servedOnClientPort === 'plain-http'

const effectWords = (rule: Rule, resolution: Resolved): string => {
  if (!rule.facts.includes('auto-tls')) return ''
  if (isInert(resolution.settings)) return '; without effect, since certificates are given'
  return servesPlain(resolution) ? '; it serves plain HTTP' : ''
}

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
  const source =
    subject.origin === 'process' && (setting.source === 'environment' || setting.source === 'config-file')
      ? setting.source
      : subject.origin
  const path = subject.origin === 'manifest' || source === 'config-file' ? subject.path : undefined
  return {
    source,
    ...(subject.pid === undefined ? {} : { pid: subject.pid }),
    ...(path === undefined ? {} : { path }),
    text: clip(setting.text ?? subject.commandLine, LONGEST_EXCERPT),
  }
}

const clip = (text: string, most: number): string => (text.length > most ? `${text.slice(0, most)}…` : text)
