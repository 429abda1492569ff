import { symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { decodeCollectorOutput } from '../../shared/evidence/envelope.ts'
import type { Evidence } from '../../shared/evidence/evidence.ts'
import { idleProcesses } from './idle-process.ts'
import { KUBEADM_ETCD_ARGS, KUBEADM_ETCD_MANIFEST } from './kubeadm-node.ts'
import { type NodeRoot, nodeRoot, noNodeRoot } from './node-root.ts'
import { type CollectorRun, processIn } from './run-collector.ts'

const why = noNodeRoot()
if (why) it.skip(`nodes with BusyBox only are not tested: ${why}`, () => {})

describe.skipIf(why)('on a node with BusyBox only and a read-only file system', () => {
  const idle = idleProcesses()
  let node: NodeRoot
  let run: CollectorRun
  let evidence: Evidence
  let etcd = 0
  let apiserver = 0
  let worker = 0
  let server = 0

  beforeAll(() => {
    node = nodeRoot()
    etcd = idle.start(KUBEADM_ETCD_ARGS, {
      argv0: 'etcd',
      env: { PATH: '/usr/local/bin:/usr/bin:/bin', SSL_CERT_DIR: '/x' },
    })
    apiserver = idle.start(
      ['--etcd-servers', 'https://u:p@10.0.0.1:2379,https://10.0.0.2:2379', '--etcd-cafile=x'],
      {
        argv0: 'kube-apiserver',
        binary: 'api',
      },
    )
    worker = idle.start(['agent'], { argv0: '/usr/local/bin/k3s', binary: 'worker' })
    server = idle.start([], { argv0: '/usr/local/bin/k3s server', binary: 'server' })
    node.write('/etc/kubernetes/manifests/etcd.yaml', KUBEADM_ETCD_MANIFEST, 0o600)
    node.write(
      '/etc/kubernetes/manifests/kube-apiserver.yaml',
      'command: [kube-apiserver, --etcd-cafile=/pki/etcd/ca.crt]\n',
    )
    node.write('/etc/kubernetes/manifests/.etcd.yaml.swp', 'command: [etcd]\n')
    node.write('/etc/kubernetes/manifests/folder/etcd.yaml', 'command: [etcd]\n')
    node.write('/etc/kubernetes/manifests/old', 'command: ["/usr/local/bin/etcd"]\n')
    node.write('/srv/elsewhere.json', '{"command": ["etcd","--auto-tls"]}')
    symlinkSync('/srv/elsewhere.json', join(node.folder, 'etc/kubernetes/manifests/linked'))
    node.write('/var/lib/rancher/rke2/agent/pod-manifests/big.yaml', `# ${'x'.repeat(70_000)}\n`)
    node.write(
      '/var/lib/kubelet/config.yaml',
      '# staticPodPath: /no\nkind: KubeletConfiguration\nstaticPodPath: "/srv/pods"\n',
    )
    node.write('/srv/pods/etcd.yaml', 'exec etcd; \n')
    run = node.runCollector()
    evidence = decodeCollectorOutput(run.stdout)
  })
  afterAll(() => {
    idle.stop()
    node.remove()
  })

  it('the collector works, silently', () => {
    expect(run).toMatchObject({ status: 0, stderr: '' })
    expect(processIn(evidence, etcd)).toMatchObject({
      argv: ['etcd', ...KUBEADM_ETCD_ARGS],
      environ: [],
      uid: 0,
    })
  })

  it('every manifest of the kubelet that may run etcd is there, and no other', () => {
    expect(evidence.manifests?.map(({ path }) => path)).toEqual([
      '/etc/kubernetes/manifests/etcd.yaml',
      '/etc/kubernetes/manifests/linked',
      '/etc/kubernetes/manifests/old',
      '/srv/pods/etcd.yaml',
      '/var/lib/rancher/rke2/agent/pod-manifests/big.yaml',
    ])
    expect(evidence.manifests?.[0]).toMatchObject({ content: KUBEADM_ETCD_MANIFEST, mode: '600' })
    expect(evidence.manifests?.[1]?.content).toBe('{"command": ["etcd","--auto-tls"]}')
    expect(evidence.manifests?.at(-1)).toMatchObject({ truncated: true })
  })

  it('API servers tell where their etcd is, without its password; k3s counts only where it serves', () => {
    const byPid = new Map(evidence.apiservers?.map((found) => [found.pid, found]))
    expect(byPid.get(apiserver)).toEqual({
      pid: apiserver,
      name: 'kube-apiserver',
      etcdServers: ['https://***@10.0.0.1:2379', 'https://10.0.0.2:2379'],
    })
    expect(byPid.get(server)).toEqual({ pid: server, name: 'k3s', etcdServers: null })
    expect(byPid.has(worker)).toBe(false)
  })

  it('the manifest follows the envelope as text', () => {
    expect(run.stdout.toString()).toContain(`--- /etc/kubernetes/manifests/etcd.yaml (600 `)
  })
})

describe.skipIf(why)('on an ordinary kubeadm node', () => {
  it('the envelope fits into what Systems Manager lists: 2,400 bytes', () => {
    const idle = idleProcesses()
    const node = nodeRoot()
    try {
      const env = {
        PATH: '/usr/local/sbin:/usr/local/bin:/usr/bin:/bin',
        SSL_CERT_FILE: '/etc/ssl/certs/ca-certificates.crt',
      }
      idle.start(KUBEADM_ETCD_ARGS, { argv0: 'etcd', env })
      idle.start(['--etcd-servers=https://127.0.0.1:2379'], { argv0: 'kube-apiserver', binary: 'api' })
      idle.start(['--leader-elect=true'], { argv0: 'kube-scheduler', binary: 'scheduler' })
      idle.start(['--leader-elect=true'], { argv0: 'kube-controller-manager', binary: 'manager' })
      node.write('/etc/kubernetes/manifests/etcd.yaml', KUBEADM_ETCD_MANIFEST, 0o600)
      const text = node.runCollector().stdout.toString()
      const size = text.indexOf('FLEET-SCANNER-EVIDENCE end') + 'FLEET-SCANNER-EVIDENCE end\n'.length
      const argv = KUBEADM_ETCD_ARGS.join(' ').length
      console.log(`envelope: ${size} bytes (command line ${argv}, manifest ${KUBEADM_ETCD_MANIFEST.length})`)
      expect(size).toBeLessThanOrEqual(2400)
    } finally {
      idle.stop()
      node.remove()
    }
  })
})

describe.skipIf(why)('on a node that lacks more', () => {
  it('without gzip and base64 the envelope is in hex', () => {
    const node = nodeRoot(['gzip', 'base64', 'ip', 'hostname', 'ps'])
    const { stdout, stderr } = node.runCollector()
    node.remove()
    expect(stdout.toString()).toMatch(/^FLEET-SCANNER-EVIDENCE 1 hex /)
    expect(stderr).toBe('')
    expect(decodeCollectorOutput(stdout).hostAddresses).toContain('127.0.0.1')
  })

  it('without a tool that masks or checks, the collector says so and nothing else', () => {
    for (const tool of ['sed', 'tr', 'sha256sum']) {
      const node = nodeRoot([tool, 'shasum', 'cksum'])
      const { stdout, status } = node.runCollector()
      node.remove()
      expect({ stdout: stdout.toString(), status }).toEqual({
        stdout: 'FLEET-SCANNER-EVIDENCE stopped because base tools are missing\n',
        status: 0,
      })
    }
  })
})
