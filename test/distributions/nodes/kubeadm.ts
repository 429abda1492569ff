import { KUBEADM_ETCD_ARGS, KUBEADM_ETCD_MANIFEST } from '../../evidence/kubeadm-node.ts'
import type { SimulatedNode } from '../simulated-node.ts'
import { APISERVER_MANIFEST, CONTAINER_PATH, controlPlane, kubelet, SYSTEM } from './common.ts'

const ADDRESSES = ['198.51.100.117/24', '2001:db8:6:1::75/64']
const KUBELET_CONFIG = `apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
rotateCertificates: true
staticPodPath: /etc/kubernetes/manifests
`

/** The certificate taken away, and etcd told to make one. */
const withAutoTls = (args: readonly string[]): string[] => [
  ...args.filter((argument) => !/^--(cert|key)-file=/.test(argument)),
  '--auto-tls=true',
]
const manifestOf = (args: readonly string[]): string => {
  const lines = (list: readonly string[]): string => list.map((argument) => `    - ${argument}\n`).join('')
  return KUBEADM_ETCD_MANIFEST.replace(lines(KUBEADM_ETCD_ARGS), lines(args))
}

const kubeadm = (
  name: string,
  instanceId: string,
  args: readonly string[],
  manifest: string,
): SimulatedNode => ({
  name,
  instanceId,
  addresses: ADDRESSES,
  files: {
    '/etc/kubernetes/manifests/etcd.yaml': manifest,
    '/etc/kubernetes/manifests/kube-apiserver.yaml': APISERVER_MANIFEST,
    '/var/lib/kubelet/config.yaml': KUBELET_CONFIG,
  },
  processes: [
    ...SYSTEM,
    kubelet('--config=/var/lib/kubelet/config.yaml', '--kubeconfig=/etc/kubernetes/kubelet.conf'),
    {
      command: 'etcd',
      exe: '/usr/local/bin/etcd',
      args,
      env: { PATH: CONTAINER_PATH, SSL_CERT_FILE: '/etc/ssl/certs/ca-certificates.crt' },
    },
    ...controlPlane(['https://127.0.0.1:2379']),
  ],
})

const BAD_ARGS = withAutoTls(KUBEADM_ETCD_ARGS)

export const KUBEADM_NODES: SimulatedNode[] = [
  kubeadm('kubeadm', 'i-0c1000000000000a1', KUBEADM_ETCD_ARGS, KUBEADM_ETCD_MANIFEST),
  kubeadm('kubeadm-auto-tls', 'i-0c1000000000000a2', BAD_ARGS, manifestOf(BAD_ARGS)),
  // Its manifest has been changed, and the kubelet has not restarted etcd yet.
  kubeadm('kubeadm-drift', 'i-0c1000000000000a3', KUBEADM_ETCD_ARGS, manifestOf(BAD_ARGS)),
  {
    name: 'external-control-plane',
    instanceId: 'i-0c1000000000000b1',
    addresses: ADDRESSES,
    files: {
      '/etc/kubernetes/manifests/kube-apiserver.yaml': APISERVER_MANIFEST,
      '/var/lib/kubelet/config.yaml': KUBELET_CONFIG,
    },
    processes: [
      ...SYSTEM,
      kubelet('--config=/var/lib/kubelet/config.yaml'),
      ...controlPlane([
        'https://203.0.113.21:2379',
        'https://203.0.113.22:2379',
        'https://203.0.113.23:2379',
      ]),
    ],
  },
  {
    name: 'worker',
    instanceId: 'i-0c1000000000000c1',
    addresses: ['198.51.100.140/24'],
    files: { '/var/lib/kubelet/config.yaml': KUBELET_CONFIG },
    processes: [
      ...SYSTEM,
      kubelet('--config=/var/lib/kubelet/config.yaml'),
      { command: 'kube-proxy', exe: '/usr/local/bin/kube-proxy', env: { PATH: CONTAINER_PATH } },
      { command: '/usr/bin/python3', args: ['backup.py', '--source', '/var/lib/etcd'] },
    ],
  },
]
