import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import type { Finding } from '../../shared/findings/finding.ts'
import { judge } from '../../shared/rules/judge.ts'
import { loadRules } from '../../shared/rules/load.ts'
import { type Behaviour, behaviours, evidenceOf } from '../behaviour.ts'

const rules = loadRules().filter((rule) => rule.id === 'etcd-auto-tls-disabled')
const cases = behaviours('etcd-behaviour.jsonl')
const expected = new Map(
  readFileSync(new URL('../fixtures/etcd-behaviour.expected.jsonl', import.meta.url), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { id: string; status: string; reason: string })
    .map((one) => [one.id, one]),
)
/** Only missing certificates keep this one from starting; its settings are read, and auto-TLS is off. */
const STOPPED_BY_SOMETHING_ELSE = ['cfg-unset-flag-true-certs-in-flags']

describe('a verdict agrees with what a real etcd did', () => {
  it('holds an expectation for each of the 117 cases', () => {
    expect(cases).toHaveLength(117)
    expect([...expected.keys()]).toEqual(cases.map((one) => one.id))
  })

  it.each(cases.map((one) => [one.id, one] as const))('%s', (id, one) => {
    const [finding] = judge(evidenceOf(one), rules)
    const { status, reason } = expected.get(id) ?? {}
    expect(finding).toMatchObject({ status, reason })
    if (one.args[0] === 'gateway' || one.args[0] === 'grpc-proxy')
      return expect(reason).toBe('ETCD_NOT_FOUND')
    if (STOPPED_BY_SOMETHING_ELSE.includes(id)) return expect(finding?.caveats).toContain('WOULD_NOT_START')
    expect(status).toBe(one.starts ? (one.autoTls ? 'FAIL' : 'PASS') : 'ERROR')
    if (one.starts && one.servedOnClientPort)
      expect(finding?.effect?.servedOnClientPort).toBe(one.servedOnClientPort)
    if (one.starts && one.clientCertRequired !== undefined)
      expect(finding?.effect?.clientCertRequired).toBe(one.clientCertRequired)
  })
})

const more = behaviours('etcd-behaviour-more.jsonl')
/** Only 3.4 stops at these; where the version is unknown, a later etcd may be running with them. */
const ONLY_IN_3_4 = ['feature-gates', 'v2dep', 'env-version']
const ETCD_3_4 = '/opt/etcd-v3.4.23-linux-amd64/etcd'

/** PASS or FAIL where etcd starts; where it does not, ERROR, or a caveat where it could read its settings. */
const agrees = (one: Behaviour, finding: Finding | undefined): void => {
  if (one.starts) {
    expect(finding).toMatchObject({ status: one.autoTls ? 'FAIL' : 'PASS' })
    if (one.servedOnClientPort) expect(finding?.effect?.servedOnClientPort).toBe(one.servedOnClientPort)
    if (one.clientCertRequired !== undefined)
      expect(finding?.effect?.clientCertRequired).toBe(one.clientCertRequired)
  } else if (!finding?.caveats.includes('WOULD_NOT_START')) expect(finding).toMatchObject({ status: 'ERROR' })
  else
    expect(one.refusal).toMatch(
      /must be provided|must both be present|advertise-client-urls is required|advertised/,
    )
}

describe('a verdict agrees with more that a real etcd 3.4 did', () => {
  it.each(more.map((one) => [one.id, one] as const))('%s, its version known', (_, one) => {
    agrees(one, judge(evidenceOf(one, ETCD_3_4), rules)[0])
  })
  it.each(more.filter((one) => !ONLY_IN_3_4.includes(one.id)).map((one) => [one.id, one] as const))(
    '%s, its version unknown',
    (_, one) => agrees(one, judge(evidenceOf(one), rules)[0]),
  )
})
