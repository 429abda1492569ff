import type { Resolved, Settings } from '../etcd/configuration.ts'
import { isGenerating, isInert, type Side } from '../etcd/effect.ts'
import type { Condition, Rule } from './rule.ts'

/** Which of etcd's two ports a rule is about. */
export const sideOf = (rule: Rule): Side =>
  rule.facts.some((fact) => fact.startsWith('peer-')) ? 'peer' : 'client'

/** Whether a condition holds of the settings. */
export const holds = (condition: Condition, settings: Settings): boolean => {
  if ('kept' in condition)
    return !isGenerating(settings, condition.kept === 'client-cert-auth' ? 'client' : 'peer')
  const { value } = settings[condition.setting]
  return 'equals' in condition ? value === condition.equals : value !== ''
}

/** The setting that a reader should look at for a condition. */
export const decidingSetting = (condition: Condition): Exclude<Condition, { kept: string }>['setting'] => {
  if (!('kept' in condition)) return condition.setting
  return condition.kept === 'client-cert-auth' ? 'auto-tls' : 'peer-auto-tls'
}

/** The pair that auto-TLS writes below the data folder, given as if it were a proper one. */
const GENERATED_PAIR = /(^|\/)fixtures\/(client|peer)\//

/** Where what a rule's letter asks and what the port does are not the same: caveats, the same for PASS and FAIL. */
export const effectCaveats = (rule: Rule, { settings, effect }: Resolved, passes: boolean): string[] => {
  const side = sideOf(rule)
  const asked = new Set(rule.assert.all.map(decidingSetting))
  const caveats: string[] = []
  if ((asked.has('auto-tls') || asked.has('peer-auto-tls')) && isInert(settings, side))
    caveats.push('AUTO_TLS_INERT')
  // Plain HTTP makes an auto-TLS that is on void, and a certificate or its demand that is set.
  const isAutoTlsRule = rule.assert.all.every((condition) => decidingSetting(condition) === 'auto-tls')
  const means = isAutoTlsRule ? !passes : passes
  if (side === 'client' && means && effect?.servedOnClientPort === 'plain-http')
    caveats.push('PLAIN_HTTP_SERVED')
  if (asked.has('client-cert-auth') && !passes && effect?.clientCertRequired)
    caveats.push('CLIENT_CERT_DEMANDED')
  if (asked.has('cert-file') && GENERATED_PAIR.test(settings['cert-file'].value))
    caveats.push('GENERATED_CERTIFICATE')
  if (asked.has('peer-cert-file') && GENERATED_PAIR.test(settings['peer-cert-file'].value))
    caveats.push('GENERATED_CERTIFICATE')
  return caveats
}

const WORDS: Record<string, string> = {
  AUTO_TLS_INERT: '; without effect, since certificates are given',
  PLAIN_HTTP_SERVED: '; it serves plain HTTP',
  CLIENT_CERT_DEMANDED: '; the trusted CA demands one all the same',
  GENERATED_CERTIFICATE: '; the certificate is one that etcd generated',
}

/** The caveats in a message's words. */
export const effectWords = (caveats: readonly string[]): string =>
  caveats.map((one) => WORDS[one] ?? '').join('')
