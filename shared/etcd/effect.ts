import type { Effect, Served } from '../findings/finding.ts'
import type { Settings } from './configuration.ts'
import { parseUrls } from './go-values.ts'

/** What a listen URL's port serves, the worst first. */
const WORST_FIRST: Served[] = ['auto-self-signed', 'plain-http', 'given-cert']

const clientUrls = (settings: Settings): { scheme: string }[] =>
  [settings['listen-client-urls'].value, settings['listen-client-http-urls'].value].flatMap(
    (value) => parseUrls(value) ?? schemesOf(value),
  )

/** A text that is no proper URL may still show its scheme: `https://${IP}:2379`. */
const schemesOf = (value: string): { scheme: string }[] =>
  value.split(',').flatMap((part) => {
    const scheme = /^\s*['"]?(https?|unixs?):/i.exec(part)?.[1]
    return scheme ? [{ scheme: scheme.toLowerCase() }] : []
  })

const isTls = (url: { scheme: string }): boolean => url.scheme === 'https' || url.scheme === 'unixs'

const hasBoth = (settings: Settings, side: Side = 'client'): boolean =>
  side === 'client'
    ? settings['cert-file'].value !== '' && settings['key-file'].value !== ''
    : settings['peer-cert-file'].value !== '' && settings['peer-key-file'].value !== ''

/** An etcd in the old proxy mode serves a generated certificate even where certificates are given. */
const isProxy = (settings: Settings): boolean =>
  settings.proxy.value === 'on' || settings.proxy.value === 'readonly'

/** The two ports of an etcd, each with settings of its own. */
export type Side = 'client' | 'peer'

/** Auto-TLS is set, and certificates keep it from doing anything. */
export const isInert = (settings: Settings, side: Side): boolean =>
  isAutoTls(settings, side) && hasBoth(settings, side) && !(side === 'client' && isProxy(settings))

/** Auto-TLS generates a certificate, and with it replaces every other TLS setting of that port. */
export const isGenerating = (settings: Settings, side: Side): boolean =>
  isAutoTls(settings, side) && !isInert(settings, side)

const isAutoTls = (settings: Settings, side: Side): boolean =>
  settings[side === 'client' ? 'auto-tls' : 'peer-auto-tls'].value

/**
 * What the client port serves, and whether a client needs a certificate of its own to get in. Undefined where etcd
 * asks for TLS and has no certificate for it, so that nothing is served.
 */
export const effectOf = (settings: Settings): Effect | undefined => {
  if (whyNoTls(settings) !== undefined) return undefined
  const generated = isGenerating(settings, 'client')
  const served = clientUrls(settings).map((url): Served => {
    if (!isTls(url)) return 'plain-http'
    return generated ? 'auto-self-signed' : 'given-cert'
  })
  const servedOnClientPort = WORST_FIRST.find((one) => served.includes(one)) ?? 'plain-http'
  // A generated certificate replaces the whole section, and a trusted CA alone already demands certificates.
  const demanded = settings['client-cert-auth'].value || settings['trusted-ca-file'].value !== ''
  return { servedOnClientPort, clientCertRequired: servedOnClientPort === 'given-cert' && demanded }
}

/**
 * What would keep etcd from starting although it can read its settings; undefined if nothing does.
 * @param fromConfigFile a config file keeps the default for advertise-client-urls, the command line does not
 */
export const whyNotStarting = (settings: Settings, fromConfigFile: boolean): string | undefined => {
  const noTls = whyNoTls(settings)
  if (noTls !== undefined || isProxy(settings)) return noTls
  if (
    !fromConfigFile &&
    settings['listen-client-urls'].source !== 'default' &&
    settings['advertise-client-urls'].source === 'default'
  )
    return 'listen-client-urls is set, and advertise-client-urls is not'
  return undefined
}

const whyNoTls = (settings: Settings): string | undefined => {
  if ((settings['cert-file'].value === '') !== (settings['key-file'].value === ''))
    return 'only one of cert-file and key-file is set'
  if (
    !isProxy(settings) &&
    !hasBoth(settings) &&
    !settings['auto-tls'].value &&
    clientUrls(settings).some(isTls)
  )
    return 'a client URL is https, and there is neither a certificate nor auto-TLS'
  return undefined
}
