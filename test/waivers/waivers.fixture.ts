import type { Waivable } from '../../shared/waivers/match.ts'
import { granted } from '../../shared/waivers/revisions.ts'
import type { Waiver, WaiverRequest } from '../../shared/waivers/waiver.ts'

export const RULE = 'etcd-auto-tls-disabled'
export const OTHER_RULE = 'etcd-client-cert-auth-enabled'

/** Noon of a day after (or before) 1 January 2026, as ISO time. */
export const day = (n: number): string => new Date(Date.UTC(2026, 0, 1 + n, 12)).toISOString()

/** The end of such a day. */
export const endOf = (n: number): string => `${day(n).slice(0, 10)}T23:59:59.999Z`

export const request = (over: Partial<WaiverRequest> = {}): WaiverRequest => ({
  rule: RULE,
  scope: { kind: 'cluster', value: 'harbour' },
  reason: 'moves to kubeadm',
  ticket: 'SEC-1',
  until: endOf(30),
  ...over,
})

/** Asked for by alice at noon of day 0, unless told otherwise. */
export const waiver = (over: Partial<WaiverRequest> = {}, at = day(0)): Waiver =>
  granted(request(over), { who: 'arn:aws:iam::111111111111:user/alice', at }, [])

export const failing = (over: Partial<Waivable> = {}): Waivable => ({
  ...{ account: '111111111111', region: 'eu-central-1', instanceId: 'i-0000000a' },
  ...{ ruleId: RULE, status: 'FAIL', cluster: 'harbour', tags: { team: 'platform', env: 'a=b' } },
  ...over,
})
