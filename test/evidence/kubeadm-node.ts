const PKI = '/etc/kubernetes/pki/etcd'

/** What kubeadm gives an etcd of the control plane, with names and addresses of usual length. */
export const KUBEADM_ETCD_ARGS: string[] = [
  '--advertise-client-urls=https://198.51.100.117:2379',
  `--cert-file=${PKI}/server.crt`,
  '--client-cert-auth=true',
  '--data-dir=/var/lib/etcd',
  '--experimental-initial-corrupt-check=true',
  '--experimental-watch-progress-notify-interval=5s',
  '--initial-advertise-peer-urls=https://198.51.100.117:2380',
  '--initial-cluster=ip-198-51-100-117.eu-central-1.compute.internal=https://198.51.100.117:2380,' +
    'ip-198-51-100-4.eu-central-1.compute.internal=https://198.51.100.4:2380,' +
    'ip-198-51-100-250.eu-central-1.compute.internal=https://198.51.100.250:2380',
  '--initial-cluster-state=existing',
  `--key-file=${PKI}/server.key`,
  '--listen-client-urls=https://127.0.0.1:2379,https://198.51.100.117:2379',
  '--listen-metrics-urls=http://127.0.0.1:2381',
  '--listen-peer-urls=https://198.51.100.117:2380',
  '--name=ip-198-51-100-117.eu-central-1.compute.internal',
  `--peer-cert-file=${PKI}/peer.crt`,
  '--peer-client-cert-auth=true',
  `--peer-key-file=${PKI}/peer.key`,
  `--peer-trusted-ca-file=${PKI}/ca.crt`,
  '--snapshot-count=10000',
  `--trusted-ca-file=${PKI}/ca.crt`,
]

const probe = (name: string, path: string, rest: string): string => `    ${name}:
      failureThreshold: 8
      httpGet:
        host: 127.0.0.1
        path: ${path}
        port: 2381
        scheme: HTTP
      initialDelaySeconds: 10
      periodSeconds: 10
${rest}      timeoutSeconds: 15
`

/** The static pod of that etcd, laid out as kubeadm does. */
export const KUBEADM_ETCD_MANIFEST = `apiVersion: v1
kind: Pod
metadata:
  annotations:
    kubeadm.kubernetes.io/etcd.advertise-client-urls: https://198.51.100.117:2379
  creationTimestamp: null
  labels:
    component: etcd
    tier: control-plane
  name: etcd
  namespace: kube-system
spec:
  containers:
  - command:
    - etcd
${KUBEADM_ETCD_ARGS.map((argument) => `    - ${argument}\n`).join('')}    image: registry.k8s.io/etcd:3.5.16-0
    imagePullPolicy: IfNotPresent
${probe('livenessProbe', '/livez', '')}    name: etcd
${probe('readinessProbe', '/readyz', '')}    resources:
      requests:
        cpu: 100m
        memory: 100Mi
${probe('startupProbe', '/readyz', '')}    volumeMounts:
    - mountPath: /var/lib/etcd
      name: etcd-data
    - mountPath: ${PKI}
      name: etcd-certs
  hostNetwork: true
  priority: 2000001000
  priorityClassName: system-node-critical
  securityContext:
    seccompProfile:
      type: RuntimeDefault
  volumes:
  - hostPath:
      path: ${PKI}
      type: DirectoryOrCreate
    name: etcd-certs
  - hostPath:
      path: /var/lib/etcd
      type: DirectoryOrCreate
    name: etcd-data
status: {}
`
