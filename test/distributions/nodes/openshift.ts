import type { SimulatedNode } from '../simulated-node.ts'
import { CONTAINER_PATH, controlPlane, flags, kubelet, SYSTEM } from './common.ts'

const ALL_CERTS = '/etc/kubernetes/static-pod-certs/secrets/etcd-all-certs'
const BUNDLE = '/etc/kubernetes/static-pod-certs/configmaps/etcd-all-bundles/server-ca-bundle.crt'
const ADDRESS = '198.51.100.91'
const IMAGE = `quay.example/openshift-release@sha256:${'5e'.repeat(32)}`

const VARIABLES = {
  ALL_ETCD_ENDPOINTS: `https://${ADDRESS}:2379`,
  ETCDCTL_API: '3',
  ETCDCTL_CACERT: BUNDLE,
  ETCDCTL_CERT: `${ALL_CERTS}/etcd-peer-quarry-b.crt`,
  ETCDCTL_KEY: `${ALL_CERTS}/etcd-peer-quarry-b.key`,
  ETCD_DATA_DIR: '/var/lib/etcd',
  ETCD_ELECTION_TIMEOUT: '1000',
  ETCD_HEARTBEAT_INTERVAL: '100',
  ETCD_INITIAL_CLUSTER_STATE: 'existing',
  ETCD_NAME: 'quarry-b',
  ETCD_QUOTA_BACKEND_BYTES: '8589934592',
  ETCD_STATIC_POD_VERSION: '7',
  ETCD_TLS_MIN_VERSION: 'TLS1.2',
  NODE_quarry_b_ETCD_NAME: 'quarry-b',
  NODE_quarry_b_ETCD_URL_HOST: ADDRESS,
  NODE_quarry_b_IP: ADDRESS,
}

const serverFlags = (address: string): string[] =>
  flags({
    logger: 'zap',
    'log-level': 'info',
    'experimental-initial-corrupt-check': 'true',
    'snapshot-count': '10000',
    'initial-advertise-peer-urls': `https://${address}:2380`,
    'cert-file': `${ALL_CERTS}/etcd-serving-quarry-b.crt`,
    'key-file': `${ALL_CERTS}/etcd-serving-quarry-b.key`,
    'trusted-ca-file': BUNDLE,
    'client-cert-auth': 'true',
    'peer-cert-file': `${ALL_CERTS}/etcd-peer-quarry-b.crt`,
    'peer-key-file': `${ALL_CERTS}/etcd-peer-quarry-b.key`,
    'peer-trusted-ca-file': BUNDLE,
    'peer-client-cert-auth': 'true',
    'advertise-client-urls': `https://${address}:2379`,
    'listen-client-urls': `https://0.0.0.0:2379,unixs://${address}:0`,
    'listen-peer-urls': 'https://0.0.0.0:2380',
    metrics: 'extensive',
    'listen-metrics-urls': 'https://0.0.0.0:9978',
  })

const proxyFlags = (address: string): string[] => [
  ...['--endpoints', `https://${address}:9978`, '--metrics-addr', 'https://0.0.0.0:9979'],
  ...['--listen-addr', '127.0.0.1:9977', '--advertise-client-url', ''],
  ...['--key', `${ALL_CERTS}/etcd-peer-quarry-b.key`, '--cert', `${ALL_CERTS}/etcd-peer-quarry-b.crt`],
  ...['--key-file', `${ALL_CERTS}/etcd-serving-metrics-quarry-b.key`],
  ...['--cert-file', `${ALL_CERTS}/etcd-serving-metrics-quarry-b.crt`],
  ...['--cacert', BUNDLE, '--trusted-ca-file', BUNDLE],
]

const ENV = `    env:
${Object.entries(VARIABLES)
  .map(([name, value]) => `    - name: "${name}"\n      value: "${value}"\n`)
  .join('')}`

const container = (name: string, script: readonly string[], more = ''): string => `  - name: ${name}
    image: ${IMAGE}
    imagePullPolicy: IfNotPresent
    terminationMessagePolicy: FallbackToLogsOnError
    command:
    - /bin/sh
    - -c
    - |
      #!/bin/sh
      set -euo pipefail
${script.map((line) => `      ${line}\n`).join('')}${ENV}    resources:
      requests:
        memory: 60Mi
        cpu: 30m
    volumeMounts:
    - mountPath: /etc/kubernetes/static-pod-resources
      name: resource-dir
    - mountPath: /etc/kubernetes/static-pod-certs
      name: cert-dir
    - mountPath: /var/lib/etcd/
      name: data-dir
${more}`

const wrapped = (args: readonly string[]): string[] =>
  args.map((argument, at) => `  ${argument || '""'}${at === args.length - 1 ? '' : ' \\'}`)

/** As the operator of OpenShift renders it: scripts around etcd, its variables in each container, a metrics proxy. */
const MANIFEST = `apiVersion: v1
kind: Pod
metadata:
  name: etcd
  namespace: openshift-etcd
  annotations:
    kubectl.kubernetes.io/default-container: etcd
    target.workload.openshift.io/management: '{"effect": "PreferredDuringScheduling"}'
  labels:
    app: etcd
    etcd: "true"
    k8s-app: etcd
    revision: "7"
spec:
  containers:
${container('etcdctl', ["trap 'exit 0' TERM INT; while true; do sleep 3600 & wait $!; done"])}${container(
  'etcd',
  [
    'etcdctl member list || true',
    'export ETCD_INITIAL_CLUSTER="quarry-b=https://198.51.100.91:2380"',
    'env | grep ETCD | grep -v NODE',
    'set -x',
    'exec nice -n -19 ionice -c2 -n0 etcd \\',
    ...wrapped(serverFlags(ADDRESS)),
  ],
  `    livenessProbe:
      httpGet: {path: healthz, port: 9980, scheme: HTTPS}
      periodSeconds: 5
      failureThreshold: 5
`,
)}${container('etcd-metrics', ['exec nice -n -18 etcd grpc-proxy start \\', ...wrapped(proxyFlags(ADDRESS))])}  hostNetwork: true
  priorityClassName: system-node-critical
  tolerations:
  - operator: "Exists"
  volumes:
  - hostPath:
      path: /etc/kubernetes/static-pod-resources/etcd-pod-7
    name: resource-dir
  - hostPath:
      path: /etc/kubernetes/static-pod-resources/etcd-certs
    name: cert-dir
  - hostPath:
      path: /var/lib/etcd
      type: ""
    name: data-dir
`

export const OPENSHIFT_NODES: SimulatedNode[] = [
  {
    name: 'openshift4',
    instanceId: 'i-0c6000000000000a1',
    addresses: [`${ADDRESS}/24`],
    files: {
      '/etc/kubernetes/manifests/etcd-pod.yaml': MANIFEST,
      '/etc/kubernetes/kubelet.conf':
        'kind: KubeletConfiguration\nstaticPodPath: /etc/kubernetes/manifests\n',
    },
    processes: [
      ...SYSTEM,
      kubelet(
        '--config=/etc/kubernetes/kubelet.conf',
        '--container-runtime-endpoint=/var/run/crio/crio.sock',
      ),
      {
        command: 'etcd',
        exe: '/usr/bin/etcd',
        args: serverFlags(ADDRESS),
        env: { PATH: CONTAINER_PATH, ...VARIABLES, ETCD_INITIAL_CLUSTER: `quarry-b=https://${ADDRESS}:2380` },
      },
      {
        command: 'etcd',
        exe: '/usr/bin/etcd',
        args: ['grpc-proxy', 'start', ...proxyFlags(ADDRESS)],
        env: { PATH: CONTAINER_PATH, ...VARIABLES },
      },
      { command: '/usr/bin/cluster-etcd-operator', args: ['readyz', '--target', 'https://localhost:9979'] },
      ...controlPlane([`https://${ADDRESS}:2379`, 'https://localhost:2379']),
    ],
  },
]
