import type { SimulatedNode } from '../simulated-node.ts'
import { controlPlane, flags, SYSTEM } from './common.ts'

const K0S = '/var/lib/k0s'
const SNAP = '/snap/microk8s/7180'
const SNAP_DATA = '/var/snap/microk8s/7180'

/** Distributions that come as one binary or one package, with no static pod for etcd. */
export const SINGLE_BINARY_NODES: SimulatedNode[] = [
  {
    name: 'k0s',
    instanceId: 'i-0c5000000000000a1',
    addresses: ['198.51.100.81/24'],
    files: {},
    processes: [
      ...SYSTEM,
      { command: '/usr/local/bin/k0s', args: ['controller', '--config=/etc/k0s/k0s.yaml'] },
      {
        command: `${K0S}/bin/etcd`,
        args: flags({
          'data-dir': `${K0S}/etcd`,
          'listen-client-urls': 'https://127.0.0.1:2379',
          'advertise-client-urls': 'https://127.0.0.1:2379',
          'listen-peer-urls': 'https://198.51.100.81:2380',
          'initial-advertise-peer-urls': 'https://198.51.100.81:2380',
          name: 'lantern-b',
          'trusted-ca-file': `${K0S}/pki/etcd/ca.crt`,
          'cert-file': `${K0S}/pki/etcd/server.crt`,
          'key-file': `${K0S}/pki/etcd/server.key`,
          'client-cert-auth': 'true',
          'peer-trusted-ca-file': `${K0S}/pki/etcd/ca.crt`,
          'peer-key-file': `${K0S}/pki/etcd/peer.key`,
          'peer-cert-file': `${K0S}/pki/etcd/peer.crt`,
          'peer-client-cert-auth': 'true',
          'enable-pprof': 'false',
        }),
        env: { GOTRACEBACK: 'all' },
        uid: 970,
      },
      ...controlPlane(['https://127.0.0.1:2379'], `${K0S}/bin/`),
    ],
  },
  {
    name: 'microk8s',
    instanceId: 'i-0c5000000000000b1',
    addresses: ['198.51.100.82/24'],
    files: { '/var/snap/microk8s/current/args/etcd': '--client-cert-auth\n' },
    processes: [
      ...SYSTEM,
      {
        command: `${SNAP}/etcd`,
        args: flags({
          'data-dir': '/var/snap/microk8s/common/var/run/etcd',
          'advertise-client-urls': 'https://198.51.100.82:12379',
          'listen-client-urls': 'https://0.0.0.0:12379',
          'client-cert-auth': '',
          'trusted-ca-file': `${SNAP_DATA}/certs/ca.crt`,
          'cert-file': `${SNAP_DATA}/certs/server.crt`,
          'key-file': `${SNAP_DATA}/certs/server.key`,
        }),
        env: { SNAP, SNAP_DATA },
      },
      {
        command: `${SNAP}/kubelite`,
        args: [
          `--scheduler-args-file=${SNAP_DATA}/args/kube-scheduler`,
          `--apiserver-args-file=${SNAP_DATA}/args/kube-apiserver`,
          '--start-control-plane=true',
        ],
      },
    ],
  },
]
