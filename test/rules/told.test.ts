import { describe, expect, it } from 'vitest'
import type { Evidence } from '../../shared/evidence/evidence.ts'
import { EvidenceError } from '../../shared/evidence/evidence-error.ts'
import type { Finding } from '../../shared/findings/finding.ts'
import { judge, judgeUnreadable } from '../../shared/rules/judge.ts'
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

describe('a finding holds all that a reader needs', () => {
  it('for a process and its manifest', () => {
    expect(on({ processes: [etcd([...HTTPS, '--auto-tls'])], manifests: [declared(CERTS)] })).toEqual({
      ruleId: 'etcd-auto-tls-disabled',
      control: '2.3',
      severity: 'high',
      status: 'FAIL',
      reason: 'AUTO_TLS_ENABLED',
      message: 'etcd (pid 7) runs with auto-TLS on, set by --auto-tls',
      caveats: ['DRIFT'],
      running: {
        status: 'FAIL',
        processes: [
          { pid: 7, status: 'FAIL', reason: 'AUTO_TLS_ENABLED', caveats: [], value: true, source: 'flag' },
        ],
      },
      declared: {
        status: 'PASS',
        manifests: [
          {
            path: MANIFEST,
            status: 'PASS',
            reason: 'AUTO_TLS_DISABLED',
            caveats: [],
            value: false,
            source: 'default',
          },
        ],
      },
      effect: { servedOnClientPort: 'auto-self-signed', clientCertRequired: false },
      evidence: [{ source: 'process', pid: 7, text: '--auto-tls' }],
    })
  })
  it('for a host that shows nothing', () => {
    expect(on({})).toEqual({
      ruleId: 'etcd-auto-tls-disabled',
      control: '2.3',
      severity: 'high',
      status: 'ERROR',
      reason: 'ETCD_NOT_FOUND',
      message: 'no etcd was found, and nothing proves that there is none',
      caveats: [],
      evidence: [],
    })
  })
  it('for a host whose output could not be read', () => {
    const findings = judgeUnreadable(new EvidenceError('ENVELOPE_CUT', 'it was cut'), rules)
    expect(findings).toHaveLength(rules.length)
    expect(findings.find((one) => one.control === '2.3')).toEqual({
      ruleId: 'etcd-auto-tls-disabled',
      control: '2.3',
      severity: 'high',
      status: 'ERROR',
      reason: 'ENVELOPE_CUT',
      message: 'it was cut',
      caveats: [],
      evidence: [],
    })
  })
})

describe('the message says what was seen, and where', () => {
  it.each<[string, Partial<Evidence>]>([
    ['etcd (pid 7) runs with auto-TLS off (the default)', { processes: [etcd([...HTTPS, ...CERTS])] }],
    [
      'etcd (pid 7) runs with auto-TLS off (the default) (one of 2)',
      { processes: [etcd(CERTS), etcd(CERTS, { pid: 8 })] },
    ],
    ['etcd runs with auto-TLS off (the default)', { processes: [etcd(CERTS, { pid: undefined })] }],
    [
      'etcd (pid 7) runs with auto-TLS off, set by ETCD_AUTO_TLS=0',
      { processes: [etcd(CERTS, { environ: ['ETCD_AUTO_TLS=0'] })] },
    ],
    [
      'etcd (pid 8) runs with auto-TLS on, set by --auto-tls; without effect, since certificates are given',
      { processes: [etcd(CERTS), etcd([...HTTPS, ...CERTS, '--auto-tls'], { pid: 8 })] },
    ],
    [`${MANIFEST} declares etcd with auto-TLS off (the default)`, { manifests: [declared(CERTS)] }],
    [
      `${MANIFEST} declares etcd with auto-TLS on, set by --auto-tls; it serves plain HTTP`,
      { manifests: [declared(['--auto-tls']), declared(['--auto-tls'])] },
    ],
    [`${MANIFEST} declares an etcd, and none runs`, { processes: [], manifests: [declared(CERTS)] }],
    ['no etcd was found, and not every process could be seen', { view: 'partial', processes: [] }],
    ['the list of processes could not be read', { processes: null }],
    ['the manifest folder could not be read', { processes: [etcd(CERTS)], manifests: null }],
    [
      'the evidence was cut at the source: processes, manifests',
      { processes: [etcd(CERTS)], truncatedParts: ['processes', 'manifests'] },
    ],
    [
      'ps shows an etcd that the list of processes does not hold',
      { processes: [], psOutput: 'root 7 1 0 10:00 ? 00:00:01 etcd --cert-file=/c --key-file=/k' },
    ],
    [
      'not every process could be seen; another etcd may be hidden',
      { view: 'partial', processes: [etcd(CERTS)] },
    ],
    [
      'etcd (pid 7) cannot be judged: its command line could not be read',
      { processes: [etcd([], { argv: [] })] },
    ],
    [
      'etcd (pid 7) cannot be judged: its evidence was cut',
      { processes: [etcd(CERTS, { truncated: true })] },
    ],
    [
      'etcd (pid 7) cannot be judged: its environment could not be read, and may set it',
      { processes: [etcd(CERTS, { environ: null })] },
    ],
    [
      'etcd (pid 7) cannot be judged: its line was cut',
      { psOutput: 'root 7 1 0 10:00 ? 00:00:01 etcd --cert-file=/c --key-file=/k...' },
    ],
    [
      'etcd (pid 7) cannot be judged: its command line does not show its settings',
      { psOutput: 'root 7 1 0 10:00 ? 00:00:01 etcd' },
    ],
    ['etcd (pid 7) cannot be judged: etcd has no flag --nope', { processes: [etcd(['--nope'])] }],
    [
      `${MANIFEST} cannot be judged: it could not be read`,
      { manifests: [{ path: MANIFEST, content: null }] },
    ],
    [`${MANIFEST} cannot be judged: it was cut`, { manifests: [{ ...declared(CERTS), truncated: true }] }],
    [`${MANIFEST} cannot be judged: it is empty`, { manifests: [{ path: MANIFEST, content: '' }] }],
    [
      `${MANIFEST} cannot be judged: the manifest does not show what $(X) becomes`,
      { manifests: [declared(['$(X)'])] },
    ],
    [
      `${MANIFEST} cannot be judged: its variables are not in the manifest`,
      { manifests: [declared(CERTS, 'Pod', { envFrom: [{}] })] },
    ],
    [
      `${MANIFEST} cannot be judged: etcd would not start like this: only one of cert-file and key-file is set`,
      { manifests: [declared(['--cert-file=/c'])] },
    ],
    [
      'the etcd in another program runs with auto-TLS off (the default)',
      { embeddedEtcds: [{ pid: 5, configFile: { path: '/c', content: '' } }] },
    ],
  ])('%s', (message, evidence) => {
    expect(on(evidence).message).toBe(message)
  })
  it('in the words of each rule', () => {
    const pair = ['--cert-file=fixtures/client/cert.pem', '--key-file=fixtures/client/key.pem']
    const peers = ['--peer-cert-file=/d/fixtures/peer/cert.pem', '--peer-key-file=/d/fixtures/peer/key.pem']
    const processes = [etcd([...HTTPS, ...pair, ...peers, '--trusted-ca-file=/t'])]
    const generated = '; the certificate is one that etcd generated'
    expect(on({ processes }, '2.1').message).toContain(generated)
    expect(on({ processes }, '2.4')).toMatchObject({ caveats: ['GENERATED_CERTIFICATE'] })
    expect(on({ processes }, '2.4').message).toContain(generated)
    expect(on({ processes }, '2.2').message).toContain('; the trusted CA demands one all the same')
    expect(on({ processes }, '2.5').caveats).toEqual([])
  })
  it('shortens what is too long', () => {
    const long = etcd([...CERTS, `--name=${'x'.repeat(2_000)}`])
    const [shown] = on({ processes: [long] }).evidence
    expect(shown?.text).toHaveLength(1_001)
    expect(shown?.text).toMatch(/^etcd --cert-file=\/c --key-file=\/k --name=x+…$/)
    expect(on({ processes: [etcd([`--${'n'.repeat(400)}`])] }).message).toMatch(/etcd has no flag --n{281}…$/)
    const exact = etcd([
      ...CERTS,
      `--name=${'x'.repeat(1_000 - 'etcd --cert-file=/c --key-file=/k --name='.length)}`,
    ])
    expect(on({ processes: [exact] }).evidence[0]?.text).toHaveLength(1_000)
  })
})
