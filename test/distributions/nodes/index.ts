import type { SimulatedNode } from '../simulated-node.ts'
import { NODES_FROM_ENVIRONMENT } from './from-environment.ts'
import { KUBEADM_NODES } from './kubeadm.ts'
import { OPENSHIFT_NODES } from './openshift.ts'
import { RANCHER_NODES } from './rancher.ts'
import { SINGLE_BINARY_NODES } from './single-binary.ts'
import { SYSTEMD_NODES } from './systemd.ts'

/** Every node that is recorded. */
export const NODES: readonly SimulatedNode[] = [
  ...KUBEADM_NODES,
  ...NODES_FROM_ENVIRONMENT,
  ...RANCHER_NODES,
  ...SINGLE_BINARY_NODES,
  ...OPENSHIFT_NODES,
  ...SYSTEMD_NODES,
]
