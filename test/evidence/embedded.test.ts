import { beforeAll, describe, expect, it } from 'vitest'
import { decodeCollectorOutput } from '../../shared/evidence/envelope.ts'
import type { Evidence } from '../../shared/evidence/evidence.ts'
import { runOnNode, type SimulatedProcess } from '../distributions/simulated-node.ts'
import { noNodeRoot } from './node-root.ts'

const why = noNodeRoot()
if (why) it.skip(`embedded etcds are not tested: ${why}`, () => {})

const CONFIG = '/server/db/etcd/config'
const k3s = (...args: string[]): SimulatedProcess => ({ command: '/usr/local/bin/k3s', args })
const nobody = (process: SimulatedProcess): SimulatedProcess => ({ ...process, uid: 65534 })

describe.skipIf(why)('of an etcd inside of k3s', () => {
  let evidence: Evidence
  const contentOf = (folder: string): string | null | undefined =>
    evidence.embeddedEtcds?.find(({ configFile }) => configFile.path === `${folder}${CONFIG}`)?.configFile
      .content

  beforeAll(() => {
    const { stdout, stderr, status } = runOnNode({
      name: 'embedded',
      instanceId: 'i-0c7000000000000a1',
      addresses: [],
      files: {
        [`/var/lib/rancher/k3s${CONFIG}`]: 'name: at the usual place\ninitial-cluster-token: s3cr3t\n',
        [`/srv/long${CONFIG}`]: 'name: long\n',
        [`/srv/last${CONFIG}`]: 'name: last\n',
        [`/srv/short${CONFIG}`]: 'name: short\n',
        [`/srv/unpacked${CONFIG}`]: 'name: unpacked\n',
        [`/srv/secret${CONFIG}`]: 'name: of root\n',
        [`/srv/own${CONFIG}`]: { content: 'name: for all\n', mode: 0o644 },
        [`/srv/folder${CONFIG}/x`]: '',
        [`/srv/variable${CONFIG}`]: 'name: variable\n',
        [`/srv/agent${CONFIG}`]: 'name: agent\n',
        [`/srv/rke2${CONFIG}`]: 'name: rke2\n',
      },
      processes: [
        { ...k3s('server'), env: { K3S_DATA_DIR: '/srv/variable' } },
        k3s('server', '--data-dir', '/srv/long'),
        k3s('server', '--data-dir=/srv/no', '--cluster-init', '--data-dir=/srv/last'),
        k3s('server', '-d', '/srv/short'),
        { command: '/usr/local/bin/k3s server', exe: `/srv/unpacked/data/${'c4'.repeat(32)}/bin/k3s` },
        nobody(k3s('server', '-d=/srv/secret')),
        nobody(k3s('server', '-d=/srv/own')),
        k3s('server', '-d=/srv/folder'),
        k3s('server', '-d=/srv/missing'),
        k3s('agent', '--data-dir=/srv/agent'),
        { command: '/usr/local/bin/rke2', args: ['server', '--data-dir=/srv/rke2'] },
      ],
    })
    expect({ stderr, status }).toEqual({ stderr: '', status: 0 })
    evidence = decodeCollectorOutput(stdout)
  })

  it('the config file is read from the folder that its arguments or its binary show, else from the usual one', () => {
    expect(contentOf('/srv/long')).toBe('name: long\n')
    expect(contentOf('/srv/last')).toBe('name: last\n')
    expect(contentOf('/srv/short')).toBe('name: short\n')
    expect(contentOf('/srv/unpacked')).toBe('name: unpacked\n')
    expect(contentOf('/var/lib/rancher/k3s')).toContain('name: at the usual place')
    expect(contentOf('/srv/variable')).toBeUndefined()
  })

  it('no secret leaves the node', () => {
    expect(contentOf('/var/lib/rancher/k3s')).toContain('initial-cluster-token: "***"')
  })

  it('a file that its user may not read, or that is none, is there as unreadable', () => {
    expect(contentOf('/srv/own')).toBe('name: for all\n')
    expect(contentOf('/srv/secret')).toBeNull()
    expect(contentOf('/srv/folder')).toBeNull()
  })

  it('without a config file there is none, and an agent and RKE2 have none', () => {
    for (const folder of ['missing', 'agent', 'rke2']) expect(contentOf(`/srv/${folder}`)).toBeUndefined()
    expect(evidence.embeddedEtcds).toHaveLength(8)
    for (const { name, pid } of evidence.embeddedEtcds ?? [])
      expect({ name, pid }).toEqual({ name: 'k3s', pid: expect.any(Number) })
    expect(evidence.processes).toEqual([])
  })
})

describe.skipIf(why)('the folder of static pods', () => {
  it('is the one that the last drop-in of the kubelet names', () => {
    const pod = 'command: [etcd]\n'
    const { stdout } = runOnNode({
      name: 'drop-ins',
      instanceId: 'i-0c7000000000000b1',
      addresses: [],
      files: {
        '/etc/kubelet/main.yaml': 'staticPodPath: /srv/main\n',
        '/etc/kubelet/d/10-first.conf': 'staticPodPath: /srv/first\n',
        '/etc/kubelet/d/20-last.conf': 'maxPods: 40\nstaticPodPath: "/srv/last"\n',
        '/etc/kubelet/d/30-other.conf': 'maxPods: 50\n',
        '/etc/kubelet/d/40-none.yaml': 'staticPodPath: /srv/none\n',
        ...Object.fromEntries(
          ['main', 'first', 'last', 'none'].map((name) => [`/srv/${name}/etcd.yaml`, pod]),
        ),
      },
      processes: [
        {
          command: '/usr/bin/kubelet',
          args: ['--config=/etc/kubelet/main.yaml', '--config-dir', '/etc/kubelet/d'],
        },
      ],
    })
    expect(decodeCollectorOutput(stdout).manifests?.map(({ path }) => path)).toEqual(['/srv/last/etcd.yaml'])
  })
})
