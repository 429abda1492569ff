import { describe, expect, it } from 'vitest'
import type { Evidence } from '../../shared/evidence/evidence.ts'
import type { Finding } from '../../shared/findings/finding.ts'
import { judge } from '../../shared/rules/judge.ts'
import { loadRules } from '../../shared/rules/load.ts'

const rules = loadRules()
const on = (evidence: Partial<Evidence>, control = '2.3'): Finding => {
  const finding = judge({ schemaVersion: 1, view: 'full', ...evidence }, rules).find(
    (one) => one.control === control,
  )
  if (!finding) throw new Error('no finding')
  return finding
}
const CERTS = ['--cert-file=/c', '--key-file=/k']
const HTTPS = ['--listen-client-urls=https://a:1', '--advertise-client-urls=https://a:1']
const etcd = (args: string[], rest = {}) => ({
  pid: 7,
  argv: ['etcd', ...args],
  environ: [] as string[],
  ...rest,
})
const MANIFEST = '/etc/kubernetes/manifests/etcd.yaml'
const declared = (command: string[], kind = 'Pod', rest = {}) => {
  const pod = { containers: [{ command: ['etcd', ...command], ...rest }] }
  return {
    path: MANIFEST,
    content: JSON.stringify({ kind, spec: kind === 'Pod' ? pod : { template: { spec: pod } } }),
  }
}

describe('the proof is the text that decides, and where it stands', () => {
  const configFile = { path: '/e.yml', content: 'client-transport-security: {auto-tls: true}' }
  it.each<[string, Partial<Evidence>, object]>([
    ['a flag', { processes: [etcd(['--auto-tls'])] }, { source: 'process', pid: 7, text: '--auto-tls' }],
    [
      'the command line without the flag',
      { processes: [etcd(CERTS, { configFile: { path: '/x', content: '' } })] },
      { source: 'process', pid: 7, text: 'etcd --cert-file=/c --key-file=/k' },
    ],
    [
      'a variable',
      { processes: [etcd(CERTS, { environ: ['ETCD_AUTO_TLS=1'] })] },
      { source: 'environment', pid: 7, text: 'ETCD_AUTO_TLS=1' },
    ],
    [
      'a config file',
      { processes: [etcd(['--config-file=/e.yml'], { configFile })] },
      { source: 'config-file', pid: 7, path: '/e.yml', text: 'client-transport-security.auto-tls: true' },
    ],
    [
      'a built-in etcd',
      { embeddedEtcds: [{ pid: 5, name: 'k3s', configFile: { path: '/c', content: '' } }] },
      { source: 'config-file', pid: 5, path: '/c', text: '' },
    ],
    [
      'a manifest',
      { manifests: [declared(CERTS)] },
      { source: 'manifest', path: MANIFEST, text: 'etcd --cert-file=/c --key-file=/k' },
    ],
    [
      'a manifest with a variable',
      { manifests: [declared(CERTS, 'Pod', { env: [{ name: 'ETCD_AUTO_TLS', value: '1' }] })] },
      { source: 'manifest', path: MANIFEST, text: 'ETCD_AUTO_TLS=1' },
    ],
    [
      'a manifest that could not be read',
      { manifests: [{ path: MANIFEST, content: null }] },
      { source: 'manifest', path: MANIFEST, text: '' },
    ],
    [
      'a line of ps',
      { psOutput: 'root 7 1 0 10:00 ? 00:00:01 etcd --auto-tls' },
      { source: 'ps', pid: 7, text: '--auto-tls' },
    ],
    [
      'a line of ps without the flag',
      { psOutput: 'etcd --cert-file=/c --key-file=/k' },
      { source: 'ps', text: 'etcd --cert-file=/c --key-file=/k' },
    ],
    ['an unknown flag', { processes: [etcd(['--nope'])] }, { source: 'process', pid: 7, text: '--nope' }],
    [
      'an unreadable process',
      { processes: [{ pid: 7, argv: null }] },
      { source: 'process', pid: 7, text: '' },
    ],
    [
      'a declared etcd that does not run',
      { processes: [], manifests: [declared(CERTS)] },
      { source: 'manifest', path: MANIFEST, text: 'etcd --cert-file=/c --key-file=/k' },
    ],
    [
      'an API server',
      {
        processes: [],
        manifests: [],
        apiservers: [{ etcdServers: ['https://10.0.9.1:1'] }],
        hostAddresses: ['10.0.1.5'],
      },
      { source: 'apiserver', text: 'https://10.0.9.1:1' },
    ],
  ])('%s', (_, evidence, proof) => {
    expect(on(evidence).evidence).toEqual([proof])
  })
})

describe('a caveat is told once, and only where it is meant', () => {
  it.each<[string, Partial<Evidence>, string[]]>([
    ['none', { processes: [etcd([...HTTPS, ...CERTS])] }, []],
    [
      'none of drift where two etcds fail alike',
      { processes: [etcd(['--auto-tls', ...HTTPS])], manifests: [declared(['--auto-tls', ...HTTPS])] },
      [],
    ],
    [
      'drift where one of two running ones fails',
      { processes: [etcd(CERTS), etcd([...HTTPS, '--auto-tls'])], manifests: [declared(CERTS)] },
      ['DRIFT'],
    ],
    [
      'what does not run',
      { processes: [], manifests: [declared([...HTTPS, '--auto-tls'])] },
      ['NOT_RUNNING'],
    ],
    ['nothing on what runs where nobody looked', { manifests: [declared([...HTTPS, '--auto-tls'])] }, []],
    [
      'a workload that is no static pod',
      { manifests: [declared(CERTS, 'Deployment')] },
      ['NOT_A_STATIC_POD'],
    ],
    ['an etcd that would not start', { processes: [etcd(['--cert-file=/c'])] }, ['WOULD_NOT_START']],
    [
      'the same of two etcds',
      { processes: [etcd(['--cert-file=/c']), etcd(['--key-file=/k'])] },
      ['WOULD_NOT_START'],
    ],
    ['none of what runs, where nothing is declared and nothing runs', { processes: [], manifests: null }, []],
    [
      'what does not run, and cannot be judged',
      { processes: [], manifests: [declared(['--nope'])] },
      ['NOT_RUNNING'],
    ],
    [
      'a built-in etcd that would not start',
      {
        embeddedEtcds: [{ configFile: { path: '/c', content: 'client-transport-security: {cert-file: c}' } }],
      },
      ['WOULD_NOT_START'],
    ],
    ['those of an error', { processes: [etcd(['--nope'])], manifests: [declared(CERTS)] }, []],
    [
      'variables that were not seen',
      { psOutput: 'root 7 1 0 10:00 ? 00:00:01 etcd --auto-tls=false' },
      ['ENVIRONMENT_NOT_SEEN'],
    ],
  ])('%s', (_, evidence, caveats) => {
    expect(on(evidence).caveats).toEqual(caveats)
  })
})

describe('what decides among several etcds', () => {
  it('is the running one that cannot be judged, before the declared one', () => {
    const broken = declared(['--nope'])
    expect(on({ processes: [etcd(['--nah'])], manifests: [broken] }).evidence[0]?.text).toBe('--nah')
    expect(on({ processes: [etcd(CERTS)], manifests: [broken] })).toMatchObject({
      status: 'ERROR',
      reason: 'FLAG_UNKNOWN',
    })
  })
  it('is the worst that any of them serves', () => {
    const secure = etcd([...HTTPS, ...CERTS, '--client-cert-auth'])
    const open = etcd([...HTTPS, ...CERTS])
    const plain = etcd(CERTS)
    const effectOf = (...processes: object[]) => on({ processes: processes as Evidence['processes'] }).effect
    expect(effectOf(secure)).toEqual({ servedOnClientPort: 'given-cert', clientCertRequired: true })
    expect(effectOf(secure, open)).toEqual({ servedOnClientPort: 'given-cert', clientCertRequired: false })
    expect(effectOf(secure, plain)).toEqual({ servedOnClientPort: 'plain-http', clientCertRequired: false })
    expect(effectOf(secure, etcd(['--nope']))).toEqual({
      servedOnClientPort: 'given-cert',
      clientCertRequired: true,
    })
    expect(effectOf(etcd(['--cert-file=/c']))).toBeUndefined()
  })
})

describe('what one rule finds is no caveat of another', () => {
  const peers = ['--peer-cert-file=/c', '--peer-key-file=/k']
  it.each<[string, string[], string[]]>([
    ['2.1', [...HTTPS, ...CERTS, '--auto-tls'], []],
    ['2.3', [...HTTPS, ...CERTS, '--auto-tls'], ['AUTO_TLS_INERT']],
    ['2.4', peers, []],
    ['2.4', [...peers, '--peer-auto-tls'], []],
    ['2.6', [...peers, '--peer-auto-tls'], ['AUTO_TLS_INERT']],
  ])('%s with %j', (control, args, caveats) => {
    expect(on({ processes: [etcd(args)] }, control).caveats).toEqual(caveats)
  })
  it('2.5 shows the auto-TLS of the peer port, which drops what it asks for', () => {
    const finding = on(
      { processes: [etcd(['--peer-auto-tls', '--peer-client-cert-auth', '--auto-tls=false'])] },
      '2.5',
    )
    expect(finding).toMatchObject({
      reason: 'PEER_CLIENT_CERT_AUTH_DROPPED',
      evidence: [{ text: '--peer-auto-tls' }],
    })
  })
})

describe('a verdict without a proof of its own', () => {
  it('shows none', () => {
    expect(on({ processes: [], manifests: [], apiservers: [] })).toMatchObject({
      reason: 'NOT_A_CONTROL_PLANE',
      evidence: [],
    })
  })
  it('has a reason that tools can use', () => {
    const reason = (evidence: Partial<Evidence>): string => on(evidence).reason
    expect(reason({ processes: [etcd(CERTS)], truncatedParts: ['processes'] })).toBe('EVIDENCE_TRUNCATED')
    expect(reason({ manifests: [declared(CERTS, 'Pod', { envFrom: [{}] })] })).toBe('SETTINGS_UNRESOLVED')
  })
})
