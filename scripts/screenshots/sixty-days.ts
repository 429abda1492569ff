/** What happens in sixty days of a fleet: which recording of `samples/nodes` an instance plays from which day on, or why it is not assessed. */
export type Playing =
  | { recording: string }
  | { state: 'unreachable' | 'unmanaged' | 'stopped'; detail?: string }

export const DAYS = 60

export type Member = {
  instanceId: string
  account: string
  region: string
  name: string
  cluster: string
  /** By the day from which it holds; before the first it does not exist. */
  plays: [day: number, playing: Playing][]
}

const plays = (recording: string): Playing => ({ recording })
const silent: Playing = { state: 'unreachable', detail: 'ConnectionLost' }

const [GOOD, AUTO_TLS, KOPS, KOPS_EVENTS, KUBESPRAY, RKE2, K0S, MICROK8S, SYSTEMD] = [
  'kubeadm',
  'kubeadm-auto-tls',
  'kops',
  'kops-events-auto-tls',
  'kubespray',
  'rke2',
  'k0s',
  'microk8s',
  'systemd-config-file-auto-tls',
].map(plays) as [Playing, Playing, Playing, Playing, Playing, Playing, Playing, Playing, Playing]

type Where = Pick<Member, 'account' | 'region'>
const [CENTRAL, WEST, LAB]: [Where, Where, Where] = [
  { account: '111122223333', region: 'eu-central-1' },
  { account: '111122223333', region: 'eu-west-1' },
  { account: '444455556666', region: 'us-east-1' },
]

const cluster = (name: string, where: Where, prefix: string, nodes: Member['plays'][]): Member[] =>
  nodes.map((plays, i) => {
    const letter = String.fromCharCode(97 + i)
    return {
      ...where,
      instanceId: `i-0${prefix}${'0'.repeat(12)}${letter}`,
      name: `${name}-${letter}`,
      cluster: name,
      plays,
    }
  })

/** Seven clusters in three places. Most is well; something always is not. */
export const FLEET: Member[] = [
  // Set up in a hurry, and mended node by node.
  ...cluster('harbour', CENTRAL, 'a10', [
    [
      [0, AUTO_TLS],
      [9, GOOD],
    ],
    [
      [0, AUTO_TLS],
      [12, GOOD],
    ],
    [
      [0, AUTO_TLS],
      [17, GOOD],
      [55, AUTO_TLS],
    ],
  ]),
  // A release that turned auto-TLS on for etcd's events came and was taken back.
  ...cluster('orchard', CENTRAL, 'a20', [
    [
      [0, KOPS],
      [24, KOPS_EVENTS],
      [31, KOPS],
    ],
    [
      [0, KOPS],
      [25, KOPS_EVENTS],
      [33, KOPS],
    ],
    [
      [0, KOPS],
      [26, KOPS_EVENTS],
      [58, KOPS],
    ],
    [[0, KUBESPRAY]],
    [[0, KUBESPRAY]],
  ]),
  ...cluster('granary', CENTRAL, 'a30', [[[0, GOOD]], [[0, GOOD]], [[0, GOOD]], [[38, GOOD]], [[38, GOOD]]]),
  // The edge sites, whose line was down for four days.
  ...cluster('lantern', WEST, 'b10', [
    [
      [0, RKE2],
      [40, silent],
      [44, RKE2],
    ],
    [
      [0, K0S],
      [40, silent],
      [44, K0S],
    ],
    [
      [0, MICROK8S],
      [41, silent],
      [43, MICROK8S],
    ],
    [[0, SYSTEMD]],
    [
      [0, RKE2],
      [57, silent],
    ],
  ]),
  ...cluster('meadow', WEST, 'b20', [[[0, RKE2]], [[0, RKE2]], [[0, RKE2]]]),
  // Came with the team that joined.
  ...cluster('ferry', LAB, 'c10', [
    [
      [36, AUTO_TLS],
      [47, GOOD],
    ],
    [
      [36, AUTO_TLS],
      [50, GOOD],
    ],
    [[36, AUTO_TLS]],
  ]),
  // The laboratory, where not everything answers.
  ...cluster('quarry', LAB, 'c20', [
    [[0, plays('rke1')]],
    [[0, plays('openshift4')]],
    [
      [0, GOOD],
      [29, { state: 'unmanaged' }],
    ],
    [
      [0, GOOD],
      [21, { state: 'stopped' }],
    ],
    [[0, plays('garbage')]],
  ]),
]

/** What a member plays on a day; undefined: there is none yet. */
export const playingOn = ({ plays }: Member, day: number): Playing | undefined =>
  plays.findLast(([from]) => from <= day)?.[1]
