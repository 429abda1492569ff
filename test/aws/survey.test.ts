import { EC2Client } from '@aws-sdk/client-ec2'
import { SSMClient } from '@aws-sdk/client-ssm'
import { expect, onTestFinished, test } from 'vitest'
import { fleetAgent } from '../../local/agent.ts'
import { accessKeyOf, HOME_ACCOUNT } from '../../local/caller.ts'
import { startEndpoint } from '../../local/endpoint.ts'
import type { FleetInstance } from '../../local/fleet.ts'
import { takeSurvey } from '../../shared/aws/survey.ts'
import { selectorsSchema } from '../../shared/config/selectors.ts'
import { fleetOf, instanceId } from '../local/fleet-of.ts'
import { ROLES } from './member-roles.fixture.ts'

const NAMING = { optOutTag: 'fleet-scanner:exclude' }

/** Surveys a fleet with the rights of the sender. */
const survey = async (entries: Partial<FleetInstance>[], question: Parameters<typeof takeSurvey>[4] = {}) => {
  const endpoint = await startEndpoint({ fleet: fleetOf(entries), documents: [], agent: fleetAgent() })
  const settings = {
    ...{ endpoint: endpoint.url, region: 'eu-central-1' },
    credentials: { accessKeyId: accessKeyOf(HOME_ACCOUNT, 'sender'), secretAccessKey: 'local' },
  }
  const clients = { ec2: new EC2Client(settings), ssm: new SSMClient(settings) }
  onTestFinished(() => endpoint.stop())
  const selectors = selectorsSchema.parse([{ etcd: 'yes' }])
  const target = { account: HOME_ACCOUNT, region: 'eu-central-1', roles: ROLES, selectors }
  return takeSurvey(clients, target, [], NAMING, question)
}

const etcd = { etcd: 'yes' }

test('each instance comes with what Systems Manager knows of its agent', async () => {
  const { toScan, skipped, outside } = await survey([
    { tags: etcd },
    { tags: etcd, source: { kind: 'offline' }, agentVersion: '2.0.700.0' },
    { tags: etcd, source: { kind: 'unmanaged' } },
    { tags: etcd, state: 'stopped' },
  ])
  const agent = { platform: 'Linux', agentVersion: expect.stringMatching(/^\d+(\.\d+){3}$/) }
  expect(toScan).toEqual([
    { instanceId: instanceId(1), tags: etcd, agent: { ...agent, pingStatus: 'Online' } },
  ])
  const lastPingAt = expect.stringMatching(/^20.*Z$/)
  expect(skipped.map(({ state, agent: known }) => [state, known])).toEqual([
    ['unreachable', { ...agent, agentVersion: '2.0.700.0', pingStatus: 'ConnectionLost', lastPingAt }],
    ['unmanaged', undefined],
    ['stopped', undefined],
  ])
  expect(outside).toBeUndefined()
})

const outsideOf = async (entries: Partial<FleetInstance>[]) =>
  (await survey(entries, { outside: true })).outside

test.each<[Record<string, string>, boolean]>([
  [{ 'k8s.io/role/control-plane': '1' }, true],
  [{ 'k8s.io/role/apiserver': '1' }, true],
  [{ 'k8s.io/role/node': '1' }, false],
  [{ 'k8s.io/role/bastion': '1' }, false],
  [{ 'sigs.k8s.io/cluster-api-provider-aws/role': 'control-plane' }, true],
  [{ 'sigs.k8s.io/cluster-api-provider-aws/role': 'node' }, false],
  [{ Role: 'server', 'kubernetes.io/cluster/prod': 'owned' }, true],
  [{ Role: 'server' }, false],
  [{ Name: 'prod-control-plane-1' }, true],
  [{ Name: 'Kube Control Plane' }, true],
  [{ Name: 'prod_controlplane' }, true],
  [{ Name: 'k8s-master' }, true],
  [{ Name: 'MASTER-01' }, true],
  [{ Name: 'master01.prod' }, true],
  [{ Name: 'master-eu-central-1a.masters.prod' }, true],
  [{ Name: 'etcd2' }, true],
  [{ Name: 'webmaster' }, false],
  [{ Name: 'masterclass' }, false],
  [{ Name: 'etcdctl-jump' }, false],
  [{ Name: 'control-room' }, false],
  [{ Name: 'worker-3' }, false],
  [{ 'k8s.io/role/master': '1', 'fleet-scanner:exclude': 'lab' }, false],
  [{ 'k8s.io/role/master': '1', 'fleet-scanner:exclude': 'false' }, true],
  [{ 'k8s.io/role/master': '1', etcd: 'yes' }, false],
  [{}, false],
])('an instance tagged %j looks like a control plane that nobody selects: %s', async (tags, looks) => {
  const outside = await outsideOf([{ tags }])
  const name = tags.Name === undefined ? {} : { name: tags.Name }
  expect(outside).toEqual(
    looks ? { instances: [{ instanceId: instanceId(1), ...name }], count: 1 } : { instances: [], count: 0 },
  )
})

test('only what runs counts, twenty are named, and all are counted', async () => {
  const tags = { Name: 'etcd', 'k8s.io/role/master': '1' }
  const many = Array.from({ length: 45 }, (_, i) => ({
    tags,
    state: i < 3 ? ('stopped' as const) : ('running' as const),
  }))
  const outside = await outsideOf(many)
  expect(outside?.count).toBe(42)
  expect(outside?.instances.map((each) => each.instanceId)).toEqual(
    Array.from({ length: 20 }, (_, i) => instanceId(i + 4)),
  )
})
