import { decodeCollectorOutput } from '../shared/evidence/envelope.ts'
import { runOnNode } from '../test/distributions/simulated-node.ts'
import { KUBEADM_ETCD_ARGS, KUBEADM_ETCD_MANIFEST } from '../test/evidence/kubeadm-node.ts'
import { noNodeRoot } from '../test/evidence/node-root.ts'

/** How long the collector takes on a kubeadm node with many other processes. Needs root: it starts them for real. */
const CROWDS = [0, 2_000, 20_000]

const why = noNodeRoot()
if (why) {
  console.log(`the collector is not measured: ${why}`)
  process.exit(0)
}
console.log('the collector on a kubeadm node with BusyBox')
console.table(
  CROWDS.map((crowd) => {
    const { stdout, stderr, status, milliseconds } = runOnNode({
      name: 'crowd',
      instanceId: 'i-0c900000000000a1',
      addresses: ['198.51.100.117/24'],
      files: { '/etc/kubernetes/manifests/etcd.yaml': KUBEADM_ETCD_MANIFEST },
      processes: [
        { command: 'etcd', exe: '/usr/bin/etcd', args: KUBEADM_ETCD_ARGS, env: { PATH: '/usr/bin' } },
        { command: '/usr/bin/kube-apiserver', args: ['--etcd-servers=https://127.0.0.1:2379'] },
      ],
      crowd,
    })
    if (status !== 0 || stderr !== '') throw new Error(`exit code ${status}: ${stderr}`)
    const { processes, view } = decodeCollectorOutput(stdout)
    return {
      'other processes': crowd,
      seconds: Number((milliseconds / 1000).toFixed(1)),
      view,
      'etcds found': processes?.length,
    }
  }),
)
