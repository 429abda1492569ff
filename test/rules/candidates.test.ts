import { describe, expect, it } from 'vitest'
import type { Evidence, ProcessEvidence } from '../../shared/evidence/evidence.ts'
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
const nothing: Partial<Evidence> = { processes: [], manifests: [], apiservers: [] }
const CERTS = ['--cert-file=/c', '--key-file=/k']

describe('a process is taken for an etcd', () => {
  it.each<[string, Partial<ProcessEvidence>]>([
    ['by its name', { argv: ['/usr/bin/etcd', '--auto-tls'], exe: '/lib/ld-musl.so' }],
    [
      'by its program, whatever it calls itself',
      { argv: ['db', '--auto-tls'], exe: '/usr/bin/etcd (deleted)' },
    ],
    ['where its program is not known', { argv: ['db', '--auto-tls'] }],
    ['where its program could not be read', { argv: ['db', '--auto-tls'], exe: null }],
  ])('%s', (_, process) => {
    expect(on({ processes: [{ argv: null, environ: [], ...process }] })).toMatchObject({ status: 'FAIL' })
  })
  it('where its arguments could not be read', () => {
    const processes = [{ argv: null, exe: '/usr/bin/sleep' }]
    expect(on({ processes })).toMatchObject({ status: 'ERROR', reason: 'PROCESS_UNREADABLE' })
  })
  it('not where its name and its program are others', () => {
    const processes = [{ argv: ['/usr/bin/etcdctl', 'get'], exe: '/usr/bin/etcdctl', environ: [] }]
    expect(on({ ...nothing, processes })).toMatchObject({ reason: 'NOT_A_CONTROL_PLANE' })
  })
})

describe('the version that a path names is used', () => {
  const ENABLE_V2 = ['--enable-v2', ...CERTS]
  it('of the program, then of the command', () => {
    const old = '/opt/etcd-v3.4.3/etcd'
    const later = '/opt/etcd-v3.6.0/etcd'
    const reason = (argv0: string, exe?: string) =>
      on({ processes: [{ argv: [argv0, ...ENABLE_V2], exe, environ: [] }] }).reason
    expect(reason('etcd')).toBe('AUTO_TLS_DISABLED')
    expect(reason(later)).toBe('FLAG_UNKNOWN')
    expect(reason(later, old)).toBe('AUTO_TLS_DISABLED')
    expect(reason(old, later)).toBe('FLAG_UNKNOWN')
  })
  it('of a line of ps', () => {
    const psOutput = `root 7 1 0 10:00 ? 00:00:01 /opt/etcd-v3.6.0/etcd ${ENABLE_V2.join(' ')}`
    expect(on({ psOutput })).toMatchObject({ reason: 'FLAG_UNKNOWN' })
  })
})

describe('a wrong value', () => {
  const WRONG = ['--max-wals=x', ...CERTS]
  it('was never read by a running etcd, and may be a slip of a copied line or a template', () => {
    expect(on({ processes: [{ argv: ['etcd', ...WRONG], environ: [] }] }).reason).toBe('FLAG_VALUE_INVALID')
    expect(on({ psOutput: `root 7 1 0 10:00 ? 00:00:01 etcd ${WRONG.join(' ')}` }).reason).toBe(
      'WOULD_NOT_START',
    )
    const content = JSON.stringify({ kind: 'Pod', spec: { containers: [{ command: ['etcd', ...WRONG] }] } })
    expect(on({ manifests: [{ path: 'm', content }] }).reason).toBe('WOULD_NOT_START')
  })
})

describe('an etcd that only prints and ends', () => {
  const printing = { processes: [{ pid: 7, argv: ['etcd', '--version'], environ: [] }] }
  it('is no server, and speaks against a host without etcd', () => {
    expect(on({ ...nothing, ...printing })).toMatchObject({ reason: 'ETCD_NOT_FOUND' })
  })
  it('in the text of ps is no server either', () => {
    expect(on({ psOutput: 'root 7 1 0 10:00 ? 00:00:01 etcd --version' })).toMatchObject({
      reason: 'ETCD_NOT_FOUND',
    })
  })
})

describe('where processes were not listed', () => {
  const embeddedEtcds = [{ pid: 5, name: 'k3s', configFile: { path: '/c', content: '' } }]
  it.each<[string, Partial<Evidence>, string]>([
    ['a text of ps counts', { psOutput: 'root 7 1 0 10:00 ? 00:00:01 etcd --auto-tls' }, 'AUTO_TLS_ENABLED'],
    ['an unreadable one is missed', { psOutput: null }, 'PROCESSES_UNREADABLE'],
    ['a built-in etcd counts', { embeddedEtcds }, 'AUTO_TLS_DISABLED'],
    ['no built-in etcd says nothing', { embeddedEtcds: [] }, 'ETCD_NOT_FOUND'],
  ])('%s', (_, evidence, reason) => {
    expect(on(evidence)).toMatchObject({ reason })
  })
  it('ps does not contradict a built-in etcd, nor a list that holds one', () => {
    const psOutput = 'root 5 1 0 10:00 ? 00:00:01 etcd --cert-file=/c --key-file=/k'
    expect(on({ processes: [], embeddedEtcds, psOutput }).reason).toBe('AUTO_TLS_DISABLED')
    const listed = [{ pid: 5, argv: ['etcd', ...CERTS], environ: [] }]
    expect(on({ processes: listed, psOutput }).reason).toBe('AUTO_TLS_DISABLED')
    expect(on({ processes: listed, embeddedEtcds, psOutput }).reason).toBe('AUTO_TLS_DISABLED')
  })
})

describe('a line of ps passes only where it shows what the rule is about', () => {
  const ps = (arg: string, control: string) =>
    on({ psOutput: `root 7 1 0 10:00 ? 00:00:01 etcd ${arg}` }, control)
  it.each([
    ['--auto-tls=false'],
    ['--client-cert-auth'],
    ['--trusted-ca-file=/t'],
    ['--listen-client-urls=http://a:1 --advertise-client-urls=http://a:1'],
    ['--advertise-client-urls=http://a:1'],
  ])('auto-TLS with %s', (arg) => {
    expect(ps(arg, '2.3')).toMatchObject({ status: 'PASS' })
    expect(ps(arg, '2.6')).toMatchObject({ status: 'ERROR', reason: 'SETTINGS_NOT_VISIBLE' })
  })
  it.each([
    ['--peer-auto-tls=false'],
    ['--peer-cert-file=/c'],
    ['--peer-key-file=/k'],
    ['--peer-client-cert-auth'],
    ['--peer-trusted-ca-file=/t'],
    ['--listen-peer-urls=http://a:1'],
  ])('peer auto-TLS with %s', (arg) => {
    expect(ps(arg, '2.6')).toMatchObject({ status: 'PASS' })
    expect(ps(arg, '2.3')).toMatchObject({ status: 'ERROR', reason: 'SETTINGS_NOT_VISIBLE' })
  })
  it.each([['--cert-file=/c'], ['--key-file=/k'], ['--listen-client-urls=http://a:1']])(
    'and not with %s alone, with which no etcd starts',
    (arg) => {
      expect(ps(arg, '2.3')).toMatchObject({ status: 'ERROR', reason: 'WOULD_NOT_START' })
    },
  )
  it('and fails only by what it shows, not by a default', () => {
    expect(ps('--auto-tls', '2.1')).toMatchObject({ status: 'ERROR', reason: 'SETTINGS_NOT_VISIBLE' })
    expect(ps('--client-cert-auth=false', '2.2')).toMatchObject({ status: 'FAIL' })
  })
})

describe('a declared etcd reads the config file of a running one', () => {
  const configFile = { path: '/e.yml', content: 'client-transport-security: {auto-tls: true}' }
  const declaredWith = (args: string[], processes: ProcessEvidence[]): string | undefined => {
    const content = JSON.stringify({ kind: 'Pod', spec: { containers: [{ command: ['etcd', ...args] }] } })
    return on({ processes, manifests: [{ path: 'm', content }] }).declared?.manifests[0]?.reason
  }
  const BOTH = ['--config-file', '/e.yml']
  it.each<[string, string[], ProcessEvidence, string]>([
    [
      'where both name it',
      BOTH,
      { argv: ['etcd', '--config-file=/e.yml'], environ: [], configFile },
      'AUTO_TLS_ENABLED',
    ],
    [
      'where both name it otherwise',
      ['--config-file=/e.yml'],
      { argv: ['etcd', ...BOTH], environ: [], configFile },
      'AUTO_TLS_ENABLED',
    ],
    [
      'where a variable names it',
      BOTH,
      { argv: ['etcd'], environ: ['ETCD_CONFIG_FILE=/e.yml'], configFile },
      'AUTO_TLS_ENABLED',
    ],
    [
      'not where the running one does not name it',
      BOTH,
      { argv: ['etcd'], environ: [], configFile },
      'CONFIG_FILE_UNREADABLE',
    ],
    [
      'not where its variables and arguments are unknown',
      BOTH,
      { argv: null, configFile },
      'CONFIG_FILE_UNREADABLE',
    ],
    [
      'not where it names another one',
      ['--config-file=/pre/e.yml'],
      { argv: ['etcd', ...BOTH], environ: [], configFile },
      'CONFIG_FILE_UNREADABLE',
    ],
    [
      'not where the running one has none',
      BOTH,
      { argv: ['etcd', ...BOTH], environ: [] },
      'CONFIG_FILE_UNREADABLE',
    ],
  ])('%s', (_, args, process, reason) => {
    expect(declaredWith(args, [process])).toBe(reason)
  })
})

describe('a relay in a manifest', () => {
  it('is judged by nobody', () => {
    const content = JSON.stringify({
      kind: 'Pod',
      spec: { containers: [{ command: ['etcd', 'gateway', 'start'] }] },
    })
    expect(on({ manifests: [{ path: 'm', content }] })).toMatchObject({ reason: 'ETCD_NOT_FOUND' })
  })
})
