import type { ApiserverEvidence, Evidence } from '../evidence/evidence.ts'
import type { Facts } from './subject.ts'

/**
 * Proof that no etcd belongs on this host; undefined where the evidence does not prove it. Proof needs a full view,
 * and the lists that could speak against it.
 * @param transient an etcd that prints and exits was seen, so etcd is installed here
 */
export const absenceOf = (evidence: Evidence, transient: boolean): Facts['absence'] | undefined => {
  const { view, processes, apiservers, embeddedEtcds, manifests, truncatedParts } = evidence
  if (embeddedEtcds === null) return undefined
  if (view !== 'full' || !processes || !apiservers || !manifests || truncatedParts?.length) return undefined
  if (apiservers.some((one) => one.truncated)) return undefined
  if (apiservers.length === 0) {
    if (manifests.length > 0 || transient) return undefined
    return {
      reason: 'NOT_A_CONTROL_PLANE',
      message: 'no etcd, no API server and no etcd manifest are on this host',
    }
  }
  const servers = apiservers.filter(mayServe).map((one) => one.etcdServers)
  if (servers.length === 0 || servers.some((list) => list === null || list.length === 0)) return undefined
  const urls = servers.flatMap((list) => list ?? [])
  const here = new Set(evidence.hostAddresses ?? [])
  if (here.size === 0 || !urls.every((url) => isElsewhere(url, here))) return undefined
  return {
    reason: 'ETCD_ELSEWHERE',
    message: 'the API server keeps its data in an etcd on other hosts',
    text: urls.join(','),
  }
}

/** These run beside an API server, or start one as a process of its own. */
const NEVER_SERVE = new Set(['kube-controller-manager', 'kube-scheduler', 'k0s', 'rke2'])
const mayServe = ({ name }: ApiserverEvidence): boolean => name === undefined || !NEVER_SERVE.has(name)

/** Only an address can be told from this host's own; a name could mean anything. */
const isElsewhere = (url: string, here: ReadonlySet<string>): boolean => {
  const host = /^https?:\/\/(\[[^\]]+\]|[^:/]+)/.exec(url.trim())?.[1]?.replace(/^\[|\]$/g, '')
  if (host === undefined) return false
  const isAddress = /^\d+\.\d+\.\d+\.\d+$/.test(host) || host.includes(':')
  const isLoopback = /^127\./.test(host) || host === '::1' || host === '0.0.0.0' || host === '::'
  return isAddress && !isLoopback && !here.has(host)
}
