import { describe, expect, it } from 'vitest'
import type { Evidence, ProcessEvidence } from '../../shared/evidence/evidence.ts'
import type { Finding } from '../../shared/findings/finding.ts'
import { judge } from '../../shared/rules/judge.ts'
import { loadRules } from '../../shared/rules/load.ts'

const rules = loadRules().filter((rule) => rule.id === 'etcd-auto-tls-disabled')
const CERTS = ['--cert-file=/pki/s.crt', '--key-file=/pki/s.key']
const etcd = (args: string[] = CERTS, rest: Partial<ProcessEvidence> = {}): ProcessEvidence => ({
  pid: 7,
  argv: ['etcd', ...args],
  environ: [],
  ...rest,
})
const pod = (args: string[], extra = ''): string =>
  `kind: Pod\nspec:\n  containers:\n    - name: etcd\n      image: registry.k8s.io/etcd:3.5.10-0\n      command: ${JSON.stringify(['etcd', ...args])}\n${extra}`
const manifest = (content: string | null, path = '/etc/kubernetes/manifests/etcd.yaml') => ({ path, content })
const host = (evidence: Partial<Evidence>): Finding => {
  const [finding] = judge({ schemaVersion: 1, view: 'full', ...evidence }, rules)
  if (!finding) throw new Error('no finding')
  return finding
}

describe('what runs and what is declared are told apart', () => {
  it('fails a host whose manifest turns auto-TLS on at the next restart, and calls it drift', () => {
    const finding = host({ processes: [etcd()], manifests: [manifest(pod(['--auto-tls']))] })
    expect(finding).toMatchObject({
      status: 'FAIL',
      running: { status: 'PASS' },
      declared: { status: 'FAIL', manifests: [{ value: true, source: 'flag' }] },
      evidence: [{ source: 'manifest', text: '--auto-tls' }],
    })
    expect(finding.caveats).toContain('DRIFT')
  })
  it('fails a host whose etcd still runs with auto-TLS although its manifest was mended', () => {
    const finding = host({ processes: [etcd(['--auto-tls'])], manifests: [manifest(pod(CERTS))] })
    expect(finding).toMatchObject({
      status: 'FAIL',
      running: { status: 'FAIL' },
      declared: { status: 'PASS' },
    })
    expect(finding.caveats).toContain('DRIFT')
  })
  it('does not pass an etcd that is declared well and does not run', () => {
    expect(host({ processes: [], manifests: [manifest(pod(CERTS))] })).toMatchObject({
      status: 'ERROR',
      reason: 'NOT_RUNNING',
    })
  })
  it('fails a bad declaration even where nothing runs', () => {
    expect(host({ processes: [], manifests: [manifest(pod(['--auto-tls']))] })).toMatchObject({
      status: 'FAIL',
      caveats: ['NOT_RUNNING', 'PLAIN_HTTP_SERVED'],
    })
  })
  it('judges backups in the manifest folder too, because the kubelet runs them', () => {
    const manifests = [
      manifest(pod(CERTS)),
      manifest(pod(['-auto-tls=1']), '/etc/kubernetes/manifests/etcd.yaml.bak'),
    ]
    expect(host({ processes: [etcd()], manifests })).toMatchObject({ status: 'FAIL' })
  })
  it('does not count a declared relay as an etcd server', () => {
    expect(
      host({ processes: [etcd()], manifests: [manifest(pod(['grpc-proxy', 'start', '--auto-tls']))] }),
    ).not.toHaveProperty('declared')
  })
  it('reads a declared config file as the running etcd was seen to read it', () => {
    const configFile = {
      path: '/rke2/etcd/config',
      content: 'client-transport-security: {cert-file: a, key-file: b}',
    }
    const args = ['--config-file=/rke2/etcd/config']
    expect(host({ processes: [etcd(args, { configFile })], manifests: [manifest(pod(args))] })).toMatchObject(
      { status: 'PASS' },
    )
  })
})

describe('the config file that was read is the one that etcd chose', () => {
  const configFile = { path: '/b.yml', content: 'client-transport-security: {cert-file: a, key-file: b}' }
  it('is not passed on another file than etcd reads', () => {
    const args = ['--config-file=/a.yml', '--name', '--config-file=/b.yml']
    expect(host({ processes: [etcd(args, { configFile })] })).toMatchObject({
      status: 'ERROR',
      reason: 'CONFIG_FILE_UNREADABLE',
    })
  })
  it('does not mind a file that etcd does not read at all', () => {
    expect(
      host({ processes: [etcd(['--name', '--config-file=/b.yml', '--auto-tls'], { configFile })] }),
    ).toMatchObject({ status: 'FAIL' })
  })
})

describe('several etcds on one host are one finding, and the worst decides', () => {
  it('names the one that fails, and lists both', () => {
    const main = etcd([], { pid: 10, environ: ['ETCD_CERT_FILE=a', 'ETCD_KEY_FILE=b'] })
    const events = etcd([], {
      pid: 11,
      environ: [
        'ETCD_AUTO_TLS=true',
        'ETCD_LISTEN_CLIENT_URLS=https://0.0.0.0:4002',
        'ETCD_ADVERTISE_CLIENT_URLS=https://a:4002',
      ],
    })
    const finding = host({ processes: [main, events] })
    expect(finding).toMatchObject({
      status: 'FAIL',
      message: 'etcd (pid 11) runs with auto-TLS on, set by ETCD_AUTO_TLS=true',
      running: {
        processes: [
          { pid: 10, status: 'PASS' },
          { pid: 11, status: 'FAIL', source: 'environment' },
        ],
      },
      effect: { servedOnClientPort: 'auto-self-signed', clientCertRequired: false },
      evidence: [{ source: 'environment', pid: 11, text: 'ETCD_AUTO_TLS=true' }],
    })
  })
  it('fails although another one cannot be judged', () => {
    expect(host({ processes: [etcd([], { environ: null }), etcd(['--auto-tls'])] })).toMatchObject({
      status: 'FAIL',
    })
  })
})

describe('letter and effect are told apart', () => {
  it('fails auto-TLS that certificates keep from working, and says that it is inert', () => {
    const finding = host({
      processes: [
        etcd([
          ...CERTS,
          '--auto-tls',
          '--listen-client-urls=https://a:1',
          '--advertise-client-urls=https://a:1',
        ]),
      ],
    })
    expect(finding).toMatchObject({
      status: 'FAIL',
      caveats: ['AUTO_TLS_INERT'],
      effect: { servedOnClientPort: 'given-cert' },
    })
  })
})

describe('"no etcd here" needs proof', () => {
  const elsewhere = {
    processes: [],
    manifests: [],
    apiservers: [{ pid: 3, etcdServers: ['https://10.0.9.1:2379'] }],
  }
  it('takes a worker as out of scope when everything was visible', () => {
    expect(host({ processes: [], manifests: [], apiservers: [] })).toMatchObject({
      status: 'NOT_APPLICABLE',
      reason: 'NOT_A_CONTROL_PLANE',
    })
  })
  it('takes an API server with an etcd on other hosts as out of scope', () => {
    expect(host({ ...elsewhere, hostAddresses: ['10.0.1.5'] })).toMatchObject({
      status: 'NOT_APPLICABLE',
      reason: 'ETCD_ELSEWHERE',
    })
  })
  it('asks only programs that serve the API where their etcd is', () => {
    const beside = ['kube-controller-manager', 'kube-scheduler', 'k0s', 'rke2'].map((name) => ({
      name,
      etcdServers: null,
    }))
    const hostAddresses = ['10.0.1.5']
    const apiservers = [...elsewhere.apiservers, ...beside]
    expect(host({ ...elsewhere, hostAddresses, apiservers })).toMatchObject({ reason: 'ETCD_ELSEWHERE' })
    expect(host({ ...elsewhere, hostAddresses, apiservers: beside })).toMatchObject({
      reason: 'ETCD_NOT_FOUND',
    })
  })
  it.each<[string, Partial<Evidence>]>([
    ['a partial view', { processes: [], manifests: [], apiservers: [], view: 'partial' }],
    ['an API server that was not looked for', { processes: [], manifests: [] }],
    ['manifests that were not looked for', { processes: [], apiservers: [] }],
    [
      'an API server that names no etcd',
      { ...elsewhere, apiservers: [{ etcdServers: null }], hostAddresses: ['10.0.1.5'] },
    ],
    ['an etcd on this very host', { ...elsewhere, hostAddresses: ['10.0.9.1'] }],
    [
      'an etcd on the loopback',
      {
        ...elsewhere,
        apiservers: [{ etcdServers: ['https://127.0.0.1:2379'] }],
        hostAddresses: ['10.0.1.5'],
      },
    ],
    [
      'an etcd known by a name',
      {
        ...elsewhere,
        apiservers: [{ etcdServers: ['https://etcd.internal:2379'] }],
        hostAddresses: ['10.0.1.5'],
      },
    ],
    ['unknown addresses of the host', elsewhere],
  ])('does not take %s as proof', (_, evidence) => {
    expect(host(evidence)).toMatchObject({ status: 'ERROR', reason: 'ETCD_NOT_FOUND' })
  })
  it('does not count a relay as an etcd server', () => {
    expect(
      host({ processes: [etcd(['grpc-proxy', 'start', '--auto-tls'])], manifests: [], apiservers: [] }),
    ).toMatchObject({
      status: 'NOT_APPLICABLE',
    })
  })
})

describe("the benchmark's own audit text is judged for what it shows", () => {
  const ps = (text: string): Finding => {
    const [finding] = judge({ schemaVersion: 1, psOutput: text }, rules)
    if (!finding) throw new Error('no finding')
    return finding
  }
  it('passes a line that shows its settings, with the caveat that variables were not seen', () => {
    expect(ps('root 7 1 0 10:00 ? 00:00:01 etcd --cert-file=/a --key-file=/b')).toMatchObject({
      status: 'PASS',
      caveats: ['ENVIRONMENT_NOT_SEEN'],
    })
  })
  it.each([
    ['root 7 1 0 10:00 ? 00:00:01 etcd', 'SETTINGS_NOT_VISIBLE'],
    ['root 7 1 0 10:00 ? 00:00:01 etcd --config-file=/etc/etcd.yml', 'SETTINGS_NOT_VISIBLE'],
    ['root 7 1 0 10:00 ? 00:00:01 etcd --name=a --data-dir=/b', 'SETTINGS_NOT_VISIBLE'],
    ['root 7 1 0 10:00 ? 00:00:01 etcd --cert-file=/a --key-fi', 'FLAG_UNKNOWN'],
    ['root 7 1 0 10:00 ? 00:00:01 [etcd] <defunct>', 'ETCD_NOT_FOUND'],
    ['root 7 1 0 10:00 ? 00:00:01 kube-apiserver --etcd-servers=https://a:2379', 'ETCD_NOT_FOUND'],
    ['', 'ETCD_NOT_FOUND'],
  ])('does not pass %j', (text, reason) => {
    expect(ps(text)).toMatchObject({ status: 'ERROR', reason })
  })
  it('does not pass a line that a screen of 80 columns may have cut', () => {
    const line = 'root 7 1 0 10:00 ? 00:00:01 etcd --cert-file=/a --key-file=/b --name='
    expect(ps(line.padEnd(80, 'n'))).toMatchObject({ status: 'ERROR', reason: 'EVIDENCE_TRUNCATED' })
  })
})
