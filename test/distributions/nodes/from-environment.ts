import type { SimulatedNode, SimulatedProcess } from '../simulated-node.ts'
import { controlPlane, flags, kubelet, SYSTEM } from './common.ts'

type Variables = Record<string, string>

/** What etcd-manager gives to one of its two etcds. */
const kopsVariables = (cluster: string, client: number, peer: number): Variables => {
  const pki = `/rootfs/mnt/master-vol-0${client}/pki/${cluster}`
  const name = `${cluster}-a`
  return {
    ETCD_ADVERTISE_CLIENT_URLS: `https://${name}.internal.orchard.example:${client}`,
    ETCD_CERT_FILE: `${pki}/clients/server.crt`,
    ETCD_CLIENT_CERT_AUTH: 'true',
    ETCD_DATA_DIR: `/rootfs/mnt/master-vol-0${client}/data/${cluster}`,
    ETCD_ENABLE_V2: 'false',
    ETCD_EXPERIMENTAL_INITIAL_CORRUPT_CHECK: 'true',
    ETCD_INITIAL_ADVERTISE_PEER_URLS: `https://${name}.internal.orchard.example:${peer}`,
    ETCD_INITIAL_CLUSTER: `${name}=https://${name}.internal.orchard.example:${peer}`,
    ETCD_INITIAL_CLUSTER_STATE: 'existing',
    ETCD_INITIAL_CLUSTER_TOKEN: `${cluster}-9f1b7c`,
    ETCD_KEY_FILE: `${pki}/clients/server.key`,
    ETCD_LISTEN_CLIENT_URLS: `https://0.0.0.0:${client}`,
    ETCD_LISTEN_PEER_URLS: `https://0.0.0.0:${peer}`,
    ETCD_LOG_OUTPUTS: 'stdout',
    ETCD_LOGGER: 'zap',
    ETCD_NAME: name,
    ETCD_PEER_CERT_FILE: `${pki}/peers/me.crt`,
    ETCD_PEER_CLIENT_CERT_AUTH: 'true',
    ETCD_PEER_KEY_FILE: `${pki}/peers/me.key`,
    ETCD_PEER_TRUSTED_CA_FILE: `${pki}/peers/ca.crt`,
    ETCD_STRICT_RECONFIG_CHECK: 'true',
    ETCD_TRUSTED_CA_FILE: `${pki}/clients/ca.crt`,
  }
}

const shortName = (cluster: string): string => (cluster === 'etcd' ? 'main' : 'events')

const managerArgs = (cluster: string, client: number, peer: number): string[] =>
  flags({
    'backup-store': `s3://orchard-example-state/orchard.example/backups/etcd/${shortName(cluster)}`,
    'client-urls': `https://__name__:${client}`,
    'cluster-name': cluster,
    containerized: 'true',
    'dns-suffix': '.internal.orchard.example',
    'peer-urls': `https://__name__:${peer}`,
    'volume-name-tag': `k8s.io/etcd/${shortName(cluster)}`,
    'volume-provider': 'aws',
  })

const managerManifest = (cluster: string, client: number, peer: number): string => `apiVersion: v1
kind: Pod
metadata:
  labels: {k8s-app: etcd-manager-${cluster}}
  name: etcd-manager-${cluster}
  namespace: kube-system
spec:
  containers:
  - args:
    - --log-file=/var/log/etcd.log
    - --also-stdout
    - /ko-app/etcd-manager
${managerArgs(cluster, client, peer)
  .map((argument) => `    - ${argument}\n`)
  .join('')}    command: [/go-runner]
    env:
    - {name: ETCD_MANAGER_DAILY_BACKUPS_RETENTION, value: 90d}
    image: registry.k8s.io/etcd-manager/etcd-manager-slim:v3.0.20250803
    name: etcd-manager
    securityContext: {privileged: true}
    volumeMounts:
    - {mountPath: /rootfs, name: rootfs}
    - {mountPath: /etc/kubernetes/pki/etcd-manager, name: pki}
    - {mountPath: /opt/etcd-v3.5.21, name: etcd-v3-5-21}
    - {mountPath: /var/log/etcd.log, name: varlogetcd}
  hostNetwork: true
  hostPID: true
`

const ETCD = '/opt/etcd-v3.5.21/etcd'
const kops = (
  name: string,
  instanceId: string,
  change: (variables: Variables) => Variables,
): SimulatedNode => ({
  name,
  instanceId,
  addresses: ['198.51.100.21/24'],
  files: {
    '/etc/kubernetes/manifests/etcd-main.manifest': managerManifest('etcd', 4001, 2380),
    '/etc/kubernetes/manifests/etcd-events.manifest': managerManifest('etcd-events', 4002, 2381),
  },
  processes: [
    ...SYSTEM,
    kubelet('--pod-manifest-path=/etc/kubernetes/manifests', '--config=/var/lib/kubelet/kubelet.conf'),
    { command: '/ko-app/etcd-manager', args: managerArgs('etcd', 4001, 2380) },
    { command: '/ko-app/etcd-manager', args: managerArgs('etcd-events', 4002, 2381) },
    { command: ETCD, env: { HOME: '/root', ...kopsVariables('etcd', 4001, 2380) } },
    { command: ETCD, env: { HOME: '/root', ...change(kopsVariables('etcd-events', 4002, 2381)) } },
    ...controlPlane(['https://127.0.0.1:4001', 'https://127.0.0.1:4002']),
  ],
})

const KUBESPRAY_VARIABLES: Variables = {
  ETCD_DATA_DIR: '/var/lib/etcd',
  ETCD_ADVERTISE_CLIENT_URLS: 'https://198.51.100.31:2379',
  ETCD_INITIAL_ADVERTISE_PEER_URLS: 'https://198.51.100.31:2380',
  ETCD_INITIAL_CLUSTER_STATE: 'existing',
  ETCD_METRICS: 'basic',
  ETCD_LISTEN_CLIENT_URLS: 'https://198.51.100.31:2379,https://127.0.0.1:2379',
  ETCD_ELECTION_TIMEOUT: '5000',
  ETCD_HEARTBEAT_INTERVAL: '250',
  ETCD_INITIAL_CLUSTER_TOKEN: 'orchard-etcd',
  ETCD_LISTEN_PEER_URLS: 'https://198.51.100.31:2380',
  ETCD_NAME: 'etcd1',
  ETCD_INITIAL_CLUSTER: 'etcd1=https://198.51.100.31:2380,etcd2=https://198.51.100.32:2380',
  ETCD_AUTO_COMPACTION_RETENTION: '8',
  ETCD_SNAPSHOT_COUNT: '100000',
  ETCD_TRUSTED_CA_FILE: '/etc/ssl/etcd/ssl/ca.pem',
  ETCD_CERT_FILE: '/etc/ssl/etcd/ssl/member-orchard-c.pem',
  ETCD_KEY_FILE: '/etc/ssl/etcd/ssl/member-orchard-c-key.pem',
  ETCD_CLIENT_CERT_AUTH: 'true',
  ETCD_PEER_TRUSTED_CA_FILE: '/etc/ssl/etcd/ssl/ca.pem',
  ETCD_PEER_CERT_FILE: '/etc/ssl/etcd/ssl/member-orchard-c.pem',
  ETCD_PEER_KEY_FILE: '/etc/ssl/etcd/ssl/member-orchard-c-key.pem',
  ETCD_PEER_CLIENT_CERT_AUTH: 'True',
  ETCDCTL_ENDPOINTS: 'https://127.0.0.1:2379',
}

const hostEtcd = (env: Variables, uid: number): SimulatedProcess => ({
  command: '/usr/local/bin/etcd',
  env: { PATH: '/usr/local/bin:/usr/bin', INVOCATION_ID: '7d5f'.repeat(8), ...env },
  uid,
})

/** etcd takes its settings from variables here, so that no list of processes shows them. */
export const NODES_FROM_ENVIRONMENT: SimulatedNode[] = [
  kops('kops', 'i-0c2000000000000a1', (variables) => variables),
  kops(
    'kops-events-auto-tls',
    'i-0c2000000000000a2',
    ({ ETCD_CERT_FILE: _, ETCD_KEY_FILE: __, ...rest }) => ({
      ...rest,
      ETCD_AUTO_TLS: 'true',
    }),
  ),
  {
    name: 'kubespray',
    instanceId: 'i-0c2000000000000b1',
    addresses: ['198.51.100.31/24'],
    files: {},
    processes: [
      ...SYSTEM,
      kubelet('--config=/etc/kubernetes/kubelet-config.yaml'),
      hostEtcd(KUBESPRAY_VARIABLES, 0),
      ...controlPlane(['https://198.51.100.31:2379', 'https://198.51.100.32:2379']),
    ],
  },
]
