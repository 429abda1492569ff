import { mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { onStore } from '../../cli/local-store.ts'
import { startAccount } from '../../local/account.ts'
import { loadFleet } from '../../local/fleet.ts'

const NODES = join(import.meta.dirname, '../../samples/nodes')

const FLEET = `denied:
  - { action: "sts:AssumeRole", account: 111122223333, region: eu-west-1 }
  - { action: "ec2:DescribeInstances", account: 444455556666, region: us-east-1 }
instances:
  - { id: i-0000000a, account: 111122223333, region: eu-west-1, tags: { etcd: x }, recording: NODES/kubeadm.json }
  - { id: i-0000000b, account: 111122223333, region: us-east-1, tags: { etcd: x }, recording: NODES/kubeadm.json }
  - { id: i-0000000c, account: 444455556666, region: eu-west-1, tags: { k8s.io/role/master: 1 }, recording: NODES/kops.json }
  - { id: i-0000000d, account: 444455556666, region: eu-west-1, tags: { Role: server, kubernetes.io/cluster/a: owned }, recording: NODES/rke2.json }
  - { id: i-0000000e, account: 444455556666, region: eu-west-1, tags: { Role: server }, recording: NODES/worker.json }
  - { id: i-0000000f, account: 444455556666, region: us-east-1, tags: { k8s.io/role/master: 1 }, recording: NODES/kops.json }
`.replaceAll('NODES', NODES)

const CONFIG = `targets:
  - account: 111122223333
    regions: [eu-west-1, us-east-1]
    role: security/scanner
    externalId: x-7
    selectors: [{ etcd: "*" }]
  - account: 444455556666
    regions: [eu-west-1, us-east-1]
    role: arn:aws:iam::444455556666:role/other
    selectors: [kops, rke2]
deadlineMinutes: 2
commandTimeoutSeconds: 30
poll: { firstSeconds: 1, longestSeconds: 1 }
`

test('a role that is refused and an inventory that fails are reported, and stop no other account or region', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'fleet-scanner-test-'))
  const configFile = join(folder, 'fleet-scanner.yaml')
  await writeFile(join(folder, 'fleet.yaml'), FLEET)
  await writeFile(configFile, CONFIG)
  const fleet = await loadFleet(join(folder, 'fleet.yaml'))
  const account = await startAccount({ dataDir: join(folder, 'data'), fleet, configFile })
  const verdicts = () =>
    onStore(account.dynamodbUrl, async (store) =>
      (await store.findings({ rule: ['etcd-auto-tls-disabled'] })).map(
        (f) => `${f.account}/${f.region}/${f.instanceId} ${f.status}`,
      ),
    )

  expect(await account.runScan({})).toMatchObject({
    status: 'closed',
    coverage: { assessed: 3 },
    targetErrors: [
      '111122223333/eu-west-1: its instances could not be listed: the caller is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::111122223333:role/security/scanner-sender',
      '444455556666/us-east-1: its instances could not be listed: the caller is not authorized to perform: ec2:DescribeInstances',
    ],
  })
  const reached = [
    '111122223333/us-east-1/i-0000000b PASS',
    '444455556666/eu-west-1/i-0000000c PASS',
    '444455556666/eu-west-1/i-0000000d PASS',
  ]
  expect(await verdicts()).toEqual(reached)

  fleet.denied.length = 0
  expect(await account.runScan({})).toMatchObject({
    status: 'closed',
    coverage: { assessed: 5 },
    targetErrors: [],
  })
  expect(await verdicts()).toEqual([
    '111122223333/eu-west-1/i-0000000a PASS',
    ...reached,
    '444455556666/us-east-1/i-0000000f PASS',
  ])

  // What was in reach and is not any more keeps its findings, counted as unreachable.
  fleet.denied.push({ action: 'ec2:DescribeInstances', account: '444455556666' })
  expect(await account.runScan({})).toMatchObject({
    status: 'closed',
    coverage: { total: 5, assessed: 2, byState: { assessed: 2, unreachable: 3 } },
    targetErrors: [
      expect.stringMatching(/^444455556666\/eu-west-1: /),
      expect.stringMatching(/^444455556666\/us-east-1: /),
    ],
  })
  expect(await verdicts()).toHaveLength(5)
  await account.stop()
})
