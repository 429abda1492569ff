import { mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { startAccount } from '../../local/account.ts'
import { loadFleet } from '../../local/fleet.ts'

const NODES = join(import.meta.dirname, '../../samples/nodes')

const FLEET = `denied: [{ action: "ssm:GetDocument", account: "111111111111" }]
instances:
  - { id: i-00000001, account: "111111111111", tags: { etcd: x }, recording: ${NODES}/kubeadm.json }
  - { id: i-00000002, account: "222222222222", tags: { etcd: x }, recording: ${NODES}/kubeadm.json }
  - { id: i-00000003, account: "222222222222", tags: { Name: etcd-1 }, recording: ${NODES}/kubeadm.json }
`
const CONFIG = `targets:
  - { account: "111111111111", regions: [eu-central-1], selectors: [{ etcd: "*" }] }
  - { account: "222222222222", regions: [eu-central-1], selectors: [{ etcd: "*" }] }
`

test('a check of accounts without the document says so, and a scan sends nothing', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'fleet-scanner-test-'))
  const configFile = join(folder, 'fleet-scanner.yaml')
  await writeFile(join(folder, 'fleet.yaml'), FLEET)
  await writeFile(configFile, CONFIG)
  const fleet = await loadFleet(join(folder, 'fleet.yaml'))
  const account = await startAccount({
    dataDir: join(folder, 'data'),
    fleet,
    configFile,
    documents: [],
  })
  const plan = await account.planScan({ check: true })
  expect(plan.targets).toMatchObject([
    { document: 'unread', outside: { instances: [], count: 0 } },
    {
      document: 'missing',
      documentProblem: expect.stringContaining('deploy the member document stack'),
      outside: { instances: [{ instanceId: 'i-00000003', name: 'etcd-1' }], count: 1 },
      toScan: [{ instanceId: 'i-00000002', agent: { pingStatus: 'Online', platform: 'Linux' } }],
    },
  ])
  expect(await account.runScan({})).toMatchObject({
    status: 'closed',
    coverage: { total: 2, assessed: 0 },
    targetErrors: [
      expect.stringMatching(/^111111111111.*could not be read.*ssm:GetDocument$/),
      expect.stringMatching(/^222222222222.*is missing: deploy the member document stack there/),
    ],
  })
  expect(account.progress()).toEqual({ sent: 0, ended: 0 })
  await account.stop()
})
