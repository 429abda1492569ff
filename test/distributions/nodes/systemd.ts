import type { SimulatedNode } from '../simulated-node.ts'
import { controlPlane, SYSTEM } from './common.ts'

const UID = 112

const configFile = (client: string): string => `# The member on lantern-d.
name: lantern-d
data-dir: /var/lib/etcd/default
listen-client-urls: https://198.51.100.41:2379,https://127.0.0.1:2379
advertise-client-urls: https://198.51.100.41:2379
listen-peer-urls: https://198.51.100.41:2380
initial-advertise-peer-urls: https://198.51.100.41:2380
initial-cluster-token: lantern-1
client-transport-security:
${client}peer-transport-security:
  cert-file: /etc/etcd/peer.crt
  key-file: /etc/etcd/peer.key
  client-cert-auth: true
  trusted-ca-file: /etc/etcd/ca.crt
`

const withConfigFile = (name: string, instanceId: string, client: string): SimulatedNode => ({
  name,
  instanceId,
  addresses: ['198.51.100.41/24'],
  files: { '/etc/etcd/etcd.conf.yml': { content: configFile(client), mode: 0o644 } },
  processes: [
    ...SYSTEM,
    {
      command: '/usr/bin/etcd',
      args: ['--config-file', '/etc/etcd/etcd.conf.yml'],
      env: { HOME: '/var/lib/etcd', LANG: 'C.UTF-8' },
      uid: UID,
    },
    ...controlPlane(['https://127.0.0.1:2379'], '/usr/bin/'),
  ],
})

/** etcd as a unit of systemd, as its own user; the last one on a host without Kubernetes. */
export const SYSTEMD_NODES: SimulatedNode[] = [
  withConfigFile(
    'systemd-config-file',
    'i-0c3000000000000a1',
    '  cert-file: /etc/etcd/server.crt\n  key-file: /etc/etcd/server.key\n  client-cert-auth: true\n  trusted-ca-file: /etc/etcd/ca.crt\n',
  ),
  withConfigFile(
    'systemd-config-file-auto-tls',
    'i-0c3000000000000a2',
    '  auto-tls: yes\n  client-cert-auth: true\n',
  ),
  {
    name: 'external-etcd',
    instanceId: 'i-0c3000000000000b1',
    addresses: ['203.0.113.21/24'],
    files: {},
    processes: [
      ...SYSTEM,
      {
        command: '/usr/bin/etcd',
        args: [
          '--cert-file=/etc/etcd/pki/server.crt',
          '--key-file=/etc/etcd/pki/server.key',
          '--trusted-ca-file=/etc/etcd/pki/ca.crt',
          '--client-cert-auth',
        ],
        env: {
          ETCD_NAME: 'etcd-1',
          ETCD_DATA_DIR: '/var/lib/etcd/default',
          ETCD_LISTEN_CLIENT_URLS: 'https://203.0.113.21:2379,https://127.0.0.1:2379',
          ETCD_ADVERTISE_CLIENT_URLS: 'https://203.0.113.21:2379',
          ETCD_LISTEN_PEER_URLS: 'https://203.0.113.21:2380',
          ETCD_PEER_AUTO_TLS: 'true',
        },
        uid: UID,
      },
    ],
  },
]
