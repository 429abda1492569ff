import type { EC2Client } from '@aws-sdk/client-ec2'
import type { SSMClient } from '@aws-sdk/client-ssm'
import { expect, test } from 'vitest'
import { clusterName } from '../../shared/aws/cluster-name.ts'
import { type KnownInstance, takeInventory } from '../../shared/aws/inventory.ts'
import { ROLES } from './member-roles.fixture.ts'
import { recordedClient } from './recorded-client.ts'

const TARGET = {
  account: '111122223333',
  region: 'eu-west-1',
  roles: ROLES,
  selectors: [{ role: 'control-plane' }],
}
const NAMING = { optOutTag: 'fleet-scanner:exclude' }

const instance = (InstanceId: string, state = 'running', tags: Record<string, string> = {}) => ({
  InstanceId,
  State: { Name: state },
  Tags: Object.entries({ role: 'control-plane', ...tags }).map(([Key, Value]) => ({ Key, Value })),
})
const page = (...Instances: object[]) => ({ Reservations: [{ Instances }] })
const managed = (InstanceId: string, PingStatus = 'Online', PlatformType = 'Linux') => ({
  InstanceId,
  PingStatus,
  PlatformType,
})

const take = async (
  ec2Pages: object[],
  ssmPages: object[] = [{ InstanceInformationList: [] }],
  known: KnownInstance[] = [],
  target: Parameters<typeof takeInventory>[1] = TARGET,
) => {
  const ec2 = recordedClient<EC2Client>({ DescribeInstances: ec2Pages })
  const ssm = recordedClient<SSMClient>({ DescribeInstanceInformation: ssmPages })
  const inventory = await takeInventory({ ec2: ec2.client, ssm: ssm.client }, target, known, NAMING)
  const states = Object.fromEntries(
    inventory.skipped.map(({ instanceId, state, detail }) => [
      instanceId,
      detail ? `${state}: ${detail}` : state,
    ]),
  )
  return { inventory, states, ec2, ssm, toScan: inventory.toScan.map(({ instanceId }) => instanceId) }
}

test('only running Linux instances that Systems Manager reaches get a command; the others are named with the reason', async () => {
  const { toScan, states, ssm } = await take(
    [
      page(
        instance('i-good'),
        instance('i-lost'),
        instance('i-idle'),
        instance('i-alone'),
        instance('i-windows'),
        instance('i-off', 'stopped'),
        instance('i-new', 'pending'),
        instance('i-out', 'running', { 'fleet-scanner:exclude': 'lab' }),
        instance('i-in', 'running', { 'fleet-scanner:exclude': 'false' }),
        instance('i-dead', 'terminated'),
      ),
    ],
    [
      {
        InstanceInformationList: [
          managed('i-good'),
          managed('i-in'),
          managed('i-lost', 'ConnectionLost'),
          managed('i-idle', 'Inactive'),
          managed('i-windows', 'Online', 'Windows'),
        ],
      },
    ],
  )
  expect(toScan).toEqual(['i-good', 'i-in'])
  expect(states).toEqual({
    'i-lost': 'unreachable: ConnectionLost',
    'i-idle': 'unreachable: Inactive',
    'i-alone': 'unmanaged',
    'i-windows': 'unreachable: Windows platform',
    'i-off': 'stopped: stopped',
    'i-new': 'stopped: pending',
    'i-out': 'excluded: fleet-scanner:exclude',
  })
  expect(ssm.inputsOf('DescribeInstanceInformation')[0]).toMatchObject({
    Filters: [{ Key: 'InstanceIds', Values: ['i-good', 'i-lost', 'i-idle', 'i-alone', 'i-windows', 'i-in'] }],
  })
})

test('every page of both lists counts, short ones and empty ones too', async () => {
  const ids = Array.from({ length: 60 }, (_, i) => `i-${i}`)
  const { toScan, ssm, ec2 } = await take(
    [
      { ...page(...ids.slice(0, 20).map((id) => instance(id))), NextToken: '1' },
      { Reservations: [], NextToken: '2' },
      page(...ids.slice(20).map((id) => instance(id))),
    ],
    [
      { InstanceInformationList: [], NextToken: '1' },
      { InstanceInformationList: ids.slice(0, 50).map((id) => managed(id)) },
      { InstanceInformationList: ids.slice(50).map((id) => managed(id)) },
    ],
  )
  expect(toScan).toHaveLength(60)
  expect(ec2.inputsOf('DescribeInstances').map(({ NextToken }) => NextToken)).toEqual([undefined, '1', '2'])
  expect(ssm.inputsOf('DescribeInstanceInformation')).toHaveLength(3)
})

test('sets of tags are alternatives, tags within one all count, and an instance in two sets is one', async () => {
  const target = { ...TARGET, selectors: [{ role: 'control-plane', env: ['prod', 'a*b?'] }, { etcd: 'yes' }] }
  const { toScan, ec2 } = await take(
    [page(instance('i-1')), page(instance('i-1'), instance('i-2'))],
    [{ InstanceInformationList: [managed('i-1'), managed('i-2')] }],
    [],
    target,
  )
  expect(toScan).toEqual(['i-1', 'i-2'])
  expect(ec2.inputsOf('DescribeInstances').map(({ Filters }) => Filters)).toEqual([
    [
      { Name: 'tag:role', Values: ['control-plane'] },
      { Name: 'tag:env', Values: ['prod', 'a\\*b\\?'] },
    ],
    [{ Name: 'tag:etcd', Values: ['yes'] }],
  ])
})

test('asked for one instance, it looks at no other, and says of none that it has left', async () => {
  const ec2 = recordedClient<EC2Client>({ DescribeInstances: [page(instance('i-1'))] })
  const ssm = recordedClient<SSMClient>({
    DescribeInstanceInformation: [{ InstanceInformationList: [managed('i-1')] }],
  })
  const known = [{ instanceId: 'i-gone', tags: {} }]
  const inventory = await takeInventory({ ec2: ec2.client, ssm: ssm.client }, TARGET, known, NAMING, ['i-1'])
  expect(inventory).toEqual({ toScan: [{ instanceId: 'i-1', tags: { role: 'control-plane' } }], skipped: [] })
  expect(ec2.inputsOf('DescribeInstances').map(({ Filters }) => Filters)).toEqual([
    [
      { Name: 'tag:role', Values: ['control-plane'] },
      { Name: 'instance-id', Values: ['i-1'] },
    ],
  ])
})

test('an instance of earlier scans is retired only if EC2 says that it is gone, else it has left the scope', async () => {
  const known = ['i-here', 'i-gone', 'i-dying', 'i-untagged'].map((instanceId) => ({
    instanceId,
    tags: { role: 'x' },
  }))
  const { states, ec2 } = await take(
    [page(instance('i-here')), page(instance('i-dying', 'shutting-down'), instance('i-untagged', 'stopped'))],
    [{ InstanceInformationList: [managed('i-here')] }],
    known,
  )
  expect(states).toEqual({
    'i-gone': 'retired: unknown to EC2',
    'i-dying': 'retired: shutting-down',
    'i-untagged': 'left-scope: stopped',
  })
  expect(ec2.inputsOf('DescribeInstances')[1]).toMatchObject({
    Filters: [{ Name: 'instance-id', Values: ['i-gone', 'i-dying', 'i-untagged'] }],
  })
})

test('a terminated instance that still shows its tags is retired if it was known, and no news if not', async () => {
  const dead = instance('i-dead', 'terminated')
  expect((await take([page(dead)])).states).toEqual({})
  const known = [{ instanceId: 'i-dead', cluster: 'prod', tags: {} }]
  const { inventory } = await take([page(dead), page(dead)], undefined, known)
  expect(inventory.skipped).toEqual([
    { instanceId: 'i-dead', cluster: 'prod', tags: {}, state: 'retired', detail: 'terminated' },
  ])
})

test('a list that fails half way is no inventory: nothing may be taken for gone', async () => {
  const failing = [{ ...page(instance('i-1')), NextToken: '1' }, new Error('throttled')]
  await expect(take(failing, undefined, [{ instanceId: 'i-2', tags: {} }])).rejects.toThrow('throttled')
})

test('only tags that matter are kept, and the cluster they name', async () => {
  const tags = {
    Name: 'm1',
    'aws:autoscaling:groupName': 'g',
    cost: '7',
    'kubernetes.io/cluster/prod': 'owned',
  }
  const { inventory } = await take(
    [page(instance('i-1', 'running', tags))],
    [{ InstanceInformationList: [managed('i-1')] }],
  )
  expect(inventory.toScan).toEqual([
    { instanceId: 'i-1', cluster: 'prod', tags: { Name: 'm1', role: 'control-plane' } },
  ])
})

test.each([
  [{ 'kubernetes.io/cluster/prod': 'owned', cluster: 'other' }, undefined, 'prod'],
  [{ KubernetesCluster: 'kops.example', cluster: 'other' }, undefined, 'kops.example'],
  [{ cluster: 'plain' }, undefined, 'plain'],
  [{ cluster: 'plain', team: 'blue' }, 'team', 'blue'],
  [{ cluster: 'plain' }, 'team', undefined],
  [{ 'kubernetes.io/cluster/': 'owned', cluster: '' }, undefined, undefined],
])('the tags %j (cluster tag %s) name the cluster %s', (tags, clusterTag, cluster) => {
  expect(clusterName(tags, clusterTag)).toBe(cluster)
})
