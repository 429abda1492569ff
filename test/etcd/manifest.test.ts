import { describe, expect, it } from 'vitest'
import { readManifest } from '../../shared/etcd/manifest.ts'

const pod = (container: string): string =>
  `apiVersion: v1\nkind: Pod\nmetadata: {name: etcd}\nspec:\n  containers:\n${container}`
const etcds = (text: string) => {
  const read = readManifest(text)
  if (read.kind === 'invalid') throw new Error(read.message)
  return read.etcds
}

describe('an etcd is found by what its container runs', () => {
  it('joins command and args', () => {
    expect(
      etcds(pod('  - {name: e, command: [/usr/local/bin/etcd], args: ["--auto-tls=false", -name, x]}')),
    ).toMatchObject([{ argv: ['/usr/local/bin/etcd', '--auto-tls=false', '-name', 'x'], environ: [] }])
  })
  it('reads JSON, and the version from the image', () => {
    const json = {
      kind: 'Pod',
      spec: { containers: [{ image: 'registry.k8s.io/etcd:3.5.10-0', command: ['etcd'] }] },
    }
    expect(etcds(JSON.stringify(json))).toMatchObject([{ argv: ['etcd'], minor: 305 }])
  })
  it('takes the default command of an etcd image', () => {
    expect(etcds(pod('  - {image: "quay.io/coreos/etcd:v3.4.13", args: [--auto-tls]}'))).toMatchObject([
      { argv: ['etcd', '--auto-tls'], minor: 304 },
    ])
  })
  it.each([
    [
      'another program in an etcd image',
      '  - {image: "quay.io/coreos/etcd:v3.5.1", command: [sleep, infinity]}',
    ],
    ['etcdctl', '  - {name: etcd, command: [etcdctl, get, etcd]}'],
    [
      'a manager of etcds',
      '  - {name: etcd-manager, command: [/go-runner], args: [--log-file=/l, /etcd-manager, --cluster-name=etcd]}',
    ],
    [
      'a manager whose backups lie in a folder called etcd',
      '  - {name: etcd-manager, command: [/go-runner], args: [/etcd-manager, --backup-store=s3://b/etcd]}',
    ],
    ['an API server', '  - {name: k, command: [kube-apiserver, --etcd-servers=https://127.0.0.1:2379]}'],
    ['a probe', '  - {name: k, command: [sleep], livenessProbe: {exec: {command: [etcd, --auto-tls]}}}'],
  ])('does not take %s for an etcd', (_, container) => {
    expect(etcds(pod(container))).toEqual([])
  })
  it('leaves out init containers and later documents', () => {
    const text = `${pod('  - {name: a, command: [sleep]}')}\n  initContainers: [{name: i, command: [etcd, --auto-tls]}]\n---\n${pod('  - {command: [etcd]}')}`
    expect(etcds(text)).toEqual([])
  })
  it('looks through wrappers, and keeps the variables that they set', () => {
    expect(
      etcds(pod('  - {command: [nice, -n, "-19", env, ETCD_AUTO_TLS=true, etcd, --name=x]}')),
    ).toMatchObject([{ argv: ['etcd', '--name=x'], environ: ['ETCD_AUTO_TLS=true'] }])
  })
  it('says of a Deployment that it is no static pod', () => {
    const text = 'kind: Deployment\nspec: {template: {spec: {containers: [{command: [etcd]}]}}}'
    expect(readManifest(text)).toMatchObject({ isPod: false, etcds: [{ argv: ['etcd'] }] })
  })
})

describe('a path behind another program is no etcd', () => {
  const run = (...command: string[]) =>
    etcds(JSON.stringify({ kind: 'Pod', spec: { containers: [{ command }] } }))
  it.each([
    [['nice', 'du', '/var/lib/etcd']],
    [['nice', '-n', '-19', 'du', '/var/lib/etcd']],
    [['env', 'A=b', 'tar', 'cf', '/backup.tar', '/var/lib/etcd']],
    [['timeout', '30s', 'ls', '/var/lib/etcd']],
    [['sh', '-c', 'exec nice du /var/lib/etcd']],
  ])('%j', (command) => {
    expect(run(...command)).toEqual([])
  })
  it('is left open where a word may be an option’s value or the program', () => {
    expect(run('nice', '--adjust', 'du', '/var/lib/etcd')).toMatchObject([{ unresolved: 'du' }])
  })
  it.each([
    [['nice', '-n', '-19', 'ionice', '-c2', '-n0', 'etcd', '--auto-tls']],
    [['timeout', '0x10', 'etcd', '--auto-tls']],
    [['gosu', 'etcd', 'etcd', '--auto-tls']],
    [['tini', '--', '/usr/local/bin/etcd', '--auto-tls']],
  ])('the etcd in %j is found', (command) => {
    expect(run(...command)[0]?.argv.slice(1)).toEqual(['--auto-tls'])
    expect(run(...command)[0]?.unresolved).toBeUndefined()
  })
})

describe('variables are followed as far as the manifest shows them', () => {
  it('expands $(NAME) from the container, and leaves $$(NAME) alone', () => {
    const container =
      '  - {command: [etcd, "--auto-tls=$(FLAG)", "--name=$$(FLAG)"], env: [{name: A, value: "tr"}, {name: FLAG, value: "$(A)ue"}]}'
    expect(etcds(pod(container))).toMatchObject([{ argv: ['etcd', '--auto-tls=true', '--name=$(FLAG)'] }])
  })
  it.each([
    [
      'a deciding flag whose value is elsewhere',
      '  - {command: [etcd, "--auto-tls=$(FLAG)"], env: [{name: FLAG, valueFrom: {}}]}',
    ],
    ['an argument that may be any flag', '  - {command: [etcd, $(EXTRA)]}'],
    ['a script with extra arguments', '  - {command: [sh, -c, "exec etcd --name=x $EXTRA"]}'],
    ['a script with all its arguments', '  - {command: [sh, -c, "exec etcd \\"$@\\""]}'],
  ])('marks %s as unresolved', (_, container) => {
    expect(etcds(pod(container))[0]?.unresolved).toBeDefined()
  })
  it('does not mind an unresolved value that decides nothing', () => {
    expect(
      etcds(pod('  - {command: [etcd, "--name=$(NODE)", --data-dir, $(DIR)]}'))[0]?.unresolved,
    ).toBeUndefined()
  })
  it.each([
    ['envFrom', '  - {command: [etcd], envFrom: [{configMapRef: {name: x}}]}'],
    [
      'an ETCD_ variable from elsewhere',
      '  - {command: [etcd], env: [{name: ETCD_AUTO_TLS, valueFrom: {}}]}',
    ],
    ['a sourced file', '  - {command: [sh, -c, ". /etc/etcd.env; exec etcd"]}'],
  ])('takes the environment as unseen with %s', (_, container) => {
    expect(etcds(pod(container))).toMatchObject([{ environ: null }])
  })
})

describe('a script is followed to the etcd that stays', () => {
  const script = (text: string) =>
    etcds(JSON.stringify({ kind: 'Pod', spec: { containers: [{ command: ['/bin/sh', '-c', text] }] } }))
  it('takes the last etcd, behind exec, nice and ionice, with continued lines and comments', () => {
    const text = [
      '#!/bin/sh',
      'set -euo pipefail # an etcd --auto-tls in a comment',
      'etcd --version || true',
      'export ETCD_NAME="a b"',
      'if [ -f /x ]; then exec nice -n -19 ionice -c2 -n0 etcd \\',
      "  --cert-file='/pki/s.crt' \\",
      '  --listen-client-urls=https://${IP}:2379 2>&1 | tee /log',
      'fi',
    ].join('\n')
    expect(script(text)).toMatchObject([
      {
        argv: ['etcd', '--cert-file=/pki/s.crt', '--listen-client-urls=https://${IP}:2379'],
        environ: ['ETCD_NAME=a b'],
      },
    ])
  })
  it('expands what the script itself sets', () => {
    expect(script('ON=true\nETCD_NAME=x exec etcd --auto-tls=$ON')).toMatchObject([
      { argv: ['etcd', '--auto-tls=true'], environ: ['ON=true', 'ETCD_NAME=x'] },
    ])
  })
})

describe('a manifest that cannot be read says why', () => {
  it.each([
    ['', 'it is empty'],
    ['# only a comment', 'it is empty'],
    ['just text', 'it is no Kubernetes object'],
    ['kind: Pod\nspec: {}', 'the pod has no containers'],
    ['kind: Pod\nspec: *x', "unknown anchor 'x'"],
    ['kind: \u0000', 'control characters are not allowed'],
  ])('%j', (text, message) => {
    expect(readManifest(text)).toEqual({ kind: 'invalid', message })
  })
  it('an expansion bomb ends as invalid', () => {
    const bomb = [
      'a: &a [x,x,x,x,x,x,x,x,x]',
      ...'bcdefghi'.split('').map((c, i) => `${c}: &${c} [${Array(9).fill(`*${'abcdefgh'[i]}`).join()}]`),
    ].join('\n')
    expect(readManifest(bomb)).toMatchObject({ kind: 'invalid' })
  })
})
