import { describe, expect, it } from 'vitest'
import type { Evidence } from '../../shared/evidence/evidence.ts'
import type { Finding } from '../../shared/findings/finding.ts'
import { judge } from '../../shared/rules/judge.ts'
import { loadRules } from '../../shared/rules/load.ts'
import { behaviours, evidenceOf } from '../behaviour.ts'

const rules = loadRules()
const on = (control: string, evidence: Partial<Evidence>): Finding => {
  const finding = judge({ schemaVersion: 1, view: 'full', ...evidence }, rules).find(
    (one) => one.control === control,
  )
  if (!finding) throw new Error(`no finding for ${control}`)
  return finding
}
const etcd = (...args: string[]): Partial<Evidence> => ({
  processes: [{ pid: 7, argv: ['etcd', ...args], environ: [] }],
})
const HTTPS = ['--listen-client-urls=https://a:1', '--advertise-client-urls=https://a:1']
const CERTS = ['--cert-file=/a', '--key-file=/b']

describe('the letter of a control and what the port does are both told', () => {
  it('2.2 fails by the letter where a trusted CA alone demands certificates, and says that it does', () => {
    expect(on('2.2', etcd(...HTTPS, ...CERTS, '--trusted-ca-file=/c'))).toMatchObject({
      status: 'FAIL',
      reason: 'CLIENT_CERT_AUTH_DISABLED',
      caveats: ['CLIENT_CERT_DEMANDED'],
      effect: { clientCertRequired: true },
    })
  })
  it('2.2 fails by the effect where auto-TLS drops client-cert-auth, with the auto-TLS as proof', () => {
    expect(on('2.2', etcd(...HTTPS, '--auto-tls', '--client-cert-auth'))).toMatchObject({
      status: 'FAIL',
      reason: 'CLIENT_CERT_AUTH_DROPPED',
      effect: { clientCertRequired: false },
      evidence: [{ text: '--auto-tls' }],
    })
  })
  it('2.2 passes where certificates make auto-TLS void', () => {
    expect(on('2.2', etcd(...HTTPS, ...CERTS, '--auto-tls', '--client-cert-auth'))).toMatchObject({
      status: 'PASS',
    })
  })
  it('2.1 and 2.2 pass by the letter on a plain HTTP port, and say what it serves', () => {
    for (const control of ['2.1', '2.2'])
      expect(on(control, etcd(...CERTS, '--client-cert-auth'))).toMatchObject({
        status: 'PASS',
        caveats: ['PLAIN_HTTP_SERVED'],
      })
  })
  it('2.1 passes a given certificate that is a generated one, and says so', () => {
    const pair = [
      '--cert-file=/var/lib/etcd/fixtures/client/cert.pem',
      '--key-file=/var/lib/etcd/fixtures/client/key.pem',
    ]
    expect(on('2.1', etcd(...HTTPS, ...pair))).toMatchObject({
      status: 'PASS',
      caveats: ['GENERATED_CERTIFICATE'],
    })
  })
  it('2.3 and 2.6 fail an auto-TLS that certificates make void, and say that it is inert', () => {
    expect(on('2.3', etcd(...HTTPS, ...CERTS, '--auto-tls'))).toMatchObject({
      status: 'FAIL',
      caveats: ['AUTO_TLS_INERT'],
    })
    expect(on('2.6', etcd('--peer-cert-file=/a', '--peer-key-file=/b', '--peer-auto-tls'))).toMatchObject({
      status: 'FAIL',
      caveats: ['AUTO_TLS_INERT'],
    })
  })
  it('a rule about peers says nothing of the client port', () => {
    for (const control of ['2.4', '2.5', '2.6'])
      expect(on(control, etcd('--auto-tls'))).not.toHaveProperty('effect')
  })
})

describe('on a real etcd', () => {
  const cases = [...behaviours('etcd-behaviour.jsonl'), ...behaviours('etcd-behaviour-more.jsonl')].filter(
    (one) => one.starts && one.clientCertRequired !== undefined && one.args[0] !== 'grpc-proxy',
  )
  it.each(cases.map((one) => [one.id, one] as const))(
    '2.2 does not pass a port that lets in anybody: %s',
    (_, one) => {
      const finding = on('2.2', evidenceOf(one))
      if (finding.status === 'PASS') expect(one.clientCertRequired).toBe(true)
      else expect(one.clientCertRequired && !finding.caveats.includes('CLIENT_CERT_DEMANDED')).toBeFalsy()
    },
  )
})

describe('an etcd inside another program', () => {
  const k3s = (content: string | null): Partial<Evidence> => ({
    processes: [],
    manifests: [],
    apiservers: [{ pid: 5, name: 'k3s', etcdServers: null }],
    embeddedEtcds: [
      { pid: 5, name: 'k3s', configFile: { path: '/var/lib/rancher/k3s/server/db/etcd/config', content } },
    ],
  })
  it('is judged by the config file that it is given', () => {
    const finding = on('2.3', k3s('client-transport-security: {auto-tls: true}'))
    expect(finding).toMatchObject({
      status: 'FAIL',
      message:
        'the etcd in k3s runs with auto-TLS on, set by client-transport-security.auto-tls: true; it serves plain HTTP',
      evidence: [{ source: 'config-file', pid: 5, path: '/var/lib/rancher/k3s/server/db/etcd/config' }],
    })
    expect(on('2.3', k3s('client-transport-security: {cert-file: a, key-file: b}'))).toMatchObject({
      status: 'PASS',
    })
  })
  it('is not passed where that file could not be read', () => {
    expect(on('2.3', k3s(null))).toMatchObject({ status: 'ERROR', reason: 'CONFIG_FILE_UNREADABLE' })
    expect(on('2.3', { ...k3s(''), embeddedEtcds: null })).toMatchObject({
      status: 'ERROR',
      reason: 'PROCESSES_UNREADABLE',
    })
  })
})
