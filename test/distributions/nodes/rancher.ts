import type { SimulatedNode } from '../simulated-node.ts'
import { CONTAINER_PATH, controlPlane, flags, kubelet, SYSTEM } from './common.ts'

const SSL = '/etc/kubernetes/ssl'
const RKE1_ETCD = flags({
  'listen-peer-urls': 'https://0.0.0.0:2380',
  'cert-file': `${SSL}/kube-etcd-198-51-100-51.pem`,
  'advertise-client-urls': 'https://198.51.100.51:2379',
  'election-timeout': '5000',
  'data-dir': '/var/lib/rancher/etcd/',
  'peer-cert-file': `${SSL}/kube-etcd-198-51-100-51.pem`,
  'initial-cluster': 'etcd-quarry-a=https://198.51.100.51:2380,etcd-quarry-b=https://198.51.100.52:2380',
  'trusted-ca-file': `${SSL}/kube-ca.pem`,
  'peer-trusted-ca-file': `${SSL}/kube-ca.pem`,
  'client-cert-auth': 'true',
  'heartbeat-interval': '500',
  'initial-cluster-token': 'etcd-cluster-1',
  name: 'etcd-quarry-a',
  'listen-client-urls': 'https://0.0.0.0:2379',
  'peer-key-file': `${SSL}/kube-etcd-198-51-100-51-key.pem`,
  'peer-client-cert-auth': 'true',
  'initial-advertise-peer-urls': 'https://198.51.100.51:2380',
  'initial-cluster-state': 'new',
  'key-file': `${SSL}/kube-etcd-198-51-100-51-key.pem`,
})

const RKE2 = '/var/lib/rancher/rke2'
const RKE2_CONFIG = `${RKE2}/server/db/etcd/config`

/** The config file that RKE2 and k3s write, whose certificates lie below `tls`. */
const etcdConfig = (folder: string, address: string, client?: string): string => {
  const tls = `${folder}/server/tls/etcd`
  const given = `  cert-file: ${tls}/server-client.crt
  client-cert-auth: true
  key-file: ${tls}/server-client.key
  trusted-ca-file: ${tls}/server-ca.crt
`
  return `advertise-client-urls: https://${address}:2379
client-transport-security:
${client ?? given}data-dir: ${folder}/server/db/etcd
election-timeout: 5000
experimental-initial-corrupt-check: true
experimental-watch-progress-notify-interval: 5000000000
heartbeat-interval: 500
initial-advertise-peer-urls: https://${address}:2380
listen-client-http-urls: https://127.0.0.1:2382
listen-client-urls: https://127.0.0.1:2379,https://${address}:2379
listen-metrics-urls: http://127.0.0.1:2381
listen-peer-urls: https://127.0.0.1:2380,https://${address}:2380
log-outputs:
- stderr
logger: zap
name: lantern-a-5d1f0c77
peer-transport-security:
  cert-file: ${tls}/peer-server-client.crt
  client-cert-auth: true
  key-file: ${tls}/peer-server-client.key
  trusted-ca-file: ${tls}/peer-ca.crt
snapshot-count: 10000
`
}

const RKE2_MANIFEST = `apiVersion: v1
kind: Pod
metadata:
  annotations:
    etcd.k3s.io/initial: '{"initial-advertise-peer-urls":"https://198.51.100.61:2380","initial-cluster":"lantern-a-5d1f0c77=https://198.51.100.61:2380","initial-cluster-state":"new"}'
  creationTimestamp: null
  labels: {component: etcd, tier: control-plane}
  name: etcd
  namespace: kube-system
spec:
  containers:
  - args:
    - --config-file=${RKE2_CONFIG}
    command:
    - etcd
    env:
    - {name: FILE_HASH, value: ${'7b'.repeat(32)}}
    - {name: NO_PROXY, value: ".svc,.cluster.local,10.42.0.0/16,10.43.0.0/16"}
    image: index.docker.io/rancher/hardened-etcd:v3.5.21-k3s1-build20250411
    livenessProbe:
      failureThreshold: 8
      httpGet: {host: localhost, path: /health?serializable=true, port: 2381, scheme: HTTP}
      initialDelaySeconds: 10
      timeoutSeconds: 15
    name: etcd
    resources:
      requests: {cpu: 200m, memory: 512Mi}
    volumeMounts:
    - {mountPath: ${RKE2}/server/db/etcd, name: dir0}
    - {mountPath: ${RKE2}/server/tls/etcd, name: dir1}
  hostNetwork: true
  priorityClassName: system-cluster-critical
`

/** k3s unpacks itself into its data folder, and writes its mode into argv[0] over all arguments. */
const k3s = (
  name: string,
  instanceId: string,
  folder: string,
  files: SimulatedNode['files'],
  mode: 'server' | 'agent' = 'server',
): SimulatedNode => ({
  name,
  instanceId,
  addresses: ['198.51.100.71/24'],
  files,
  processes: [
    ...SYSTEM,
    {
      command: `/usr/local/bin/k3s ${mode}`,
      exe: `${folder}/data/${'c4'.repeat(32)}/bin/k3s`,
      args: ['', ''],
    },
    {
      command: 'containerd',
      exe: `${folder}/data/${'c4'.repeat(32)}/bin/containerd`,
      env: { PATH: `${folder}/data/${'c4'.repeat(32)}/bin` },
    },
  ],
})
const K3S = '/var/lib/rancher/k3s'
const K3S_MOVED = '/srv/k3s'

export const RANCHER_NODES: SimulatedNode[] = [
  {
    name: 'rke1',
    instanceId: 'i-0c4000000000000a1',
    addresses: ['198.51.100.51/24'],
    files: {},
    processes: [
      ...SYSTEM,
      {
        command: '/usr/local/bin/etcd',
        args: RKE1_ETCD,
        env: { PATH: CONTAINER_PATH, ETCDCTL_API: '3' },
        uid: 999,
      },
      { command: '/opt/rke-tools/rke-etcd-backup', args: ['etcd-backup', 'save', '--name', 'etcd'] },
      ...controlPlane(['https://198.51.100.51:2379', 'https://198.51.100.52:2379']),
    ],
  },
  {
    name: 'rke2',
    instanceId: 'i-0c4000000000000b1',
    addresses: ['198.51.100.61/24'],
    files: {
      [RKE2_CONFIG]: etcdConfig(RKE2, '198.51.100.61'),
      [`${RKE2}/agent/pod-manifests/etcd.yaml`]: RKE2_MANIFEST,
      [`${RKE2}/agent/etc/kubelet.conf.d/00-rke2-defaults.conf`]: `staticPodPath: ${RKE2}/agent/pod-manifests\n`,
    },
    processes: [
      ...SYSTEM,
      { command: '/usr/local/bin/rke2 server', exe: '/usr/local/bin/rke2' },
      kubelet(`--config-dir=${RKE2}/agent/etc/kubelet.conf.d`, '--node-labels='),
      {
        command: 'etcd',
        exe: '/usr/local/bin/etcd',
        args: [`--config-file=${RKE2_CONFIG}`],
        env: { PATH: CONTAINER_PATH, FILE_HASH: '7b'.repeat(32) },
      },
      ...controlPlane(['https://127.0.0.1:2379']),
    ],
  },
  k3s('k3s', 'i-0c4000000000000c1', K3S, {
    [`${K3S}/server/db/etcd/config`]: etcdConfig(K3S, '198.51.100.71'),
  }),
  // In a folder of its own choice, which no argument shows any more; the old one is still there.
  k3s('k3s-auto-tls', 'i-0c4000000000000c2', K3S_MOVED, {
    [`${K3S}/server/db/etcd/config`]: etcdConfig(K3S, '198.51.100.71'),
    [`${K3S_MOVED}/server/db/etcd/config`]: etcdConfig(K3S_MOVED, '198.51.100.71', '  auto-tls: true\n'),
  }),
  // Its data is in a database: there is no config file for an etcd.
  k3s('k3s-without-etcd', 'i-0c4000000000000c3', K3S, {}),
  k3s('k3s-agent', 'i-0c4000000000000c4', K3S, {}, 'agent'),
]
