import type { SimulatedProcess } from '../simulated-node.ts'

/** `--name=value` for each; a bare `--name` where the value is empty. */
export const flags = (values: Readonly<Record<string, string>>): string[] =>
  Object.entries(values).map(([name, value]) => (value === '' ? `--${name}` : `--${name}=${value}`))

export const CONTAINER_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'

/** What runs on every node, and names etcd nowhere it matters. */
export const SYSTEM: readonly SimulatedProcess[] = [
  { command: '/usr/lib/systemd/systemd', args: ['--switched-root', '--system'] },
  { command: '/usr/sbin/sshd', args: ['-D'] },
  { command: '/usr/bin/amazon-ssm-agent' },
  {
    command: '/usr/bin/containerd-shim-runc-v2',
    args: ['-namespace', 'k8s.io', '-id', '6c1e'.repeat(16), '-address', '/run/containerd/containerd.sock'],
  },
]

const apiserverArgs = (servers: readonly string[]): string[] =>
  flags({
    'advertise-address': '198.51.100.117',
    'allow-privileged': 'true',
    'authorization-mode': 'Node,RBAC',
    'etcd-cafile': '/etc/kubernetes/pki/etcd/ca.crt',
    'etcd-certfile': '/etc/kubernetes/pki/apiserver-etcd-client.crt',
    'etcd-servers': servers.join(','),
  })

/** The processes of a control plane beside etcd, whose API server keeps its data on these servers. */
export const controlPlane = (servers: readonly string[], folder = ''): SimulatedProcess[] =>
  ['kube-apiserver', 'kube-controller-manager', 'kube-scheduler'].map((name) => ({
    command: `${folder}${name}`,
    exe: `${folder || '/usr/local/bin/'}${name}`,
    args:
      name === 'kube-apiserver'
        ? apiserverArgs(servers)
        : [`--kubeconfig=/etc/kubernetes/${name}.conf`, '--leader-elect=true'],
    env: { PATH: CONTAINER_PATH },
  }))

/** A kubelet of the host, with these arguments. */
export const kubelet = (...args: string[]): SimulatedProcess => ({ command: '/usr/bin/kubelet', args })

/** The static pod of an API server: it names etcd, but runs none. */
export const APISERVER_MANIFEST = `apiVersion: v1
kind: Pod
metadata: {name: kube-apiserver, namespace: kube-system}
spec:
  containers:
  - command:
    - kube-apiserver
    - --etcd-cafile=/etc/kubernetes/pki/etcd/ca.crt
    - --etcd-servers=https://127.0.0.1:2379
    image: registry.k8s.io/kube-apiserver:v1.31.4
    name: kube-apiserver
`
