import { cp, mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb'
import { expect, test } from 'vitest'
import { startAccount } from '../../local/account.ts'
import { localCredentials } from '../../local/credentials.ts'
import { loadFleet } from '../../local/fleet.ts'
import { createStore } from '../../shared/store/create-store.ts'

const NODES = join(import.meta.dirname, '../../samples/nodes')

const FLEET = `instances:
  - { id: i-0000000a, tags: { cluster: harbour }, recording: good.json }
  - { id: i-0000000b, tags: { cluster: harbour }, recording: bad.json }
  - { id: i-0000000c, region: eu-west-1, recording: worker.json }
  - { id: i-0000000d, region: eu-west-1, offline: true }
  - { id: i-0000000e, region: eu-west-1, prints: "cannot fork\\n" }
  - { id: i-0000000f, region: eu-west-1, unmanaged: true }
`

test('a local scan finds, stores and tells what changed; the next tells nothing until a node changes', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'fleet-scanner-test-'))
  await cp(join(NODES, 'kubeadm.json'), join(folder, 'good.json'))
  await cp(join(NODES, 'kubeadm-auto-tls.json'), join(folder, 'bad.json'))
  await cp(join(NODES, 'worker.json'), join(folder, 'worker.json'))
  await writeFile(join(folder, 'fleet.yaml'), FLEET)
  const region = process.env.AWS_REGION

  const account = await startAccount({
    dataDir: join(folder, 'data'),
    fleet: await loadFleet(join(folder, 'fleet.yaml')),
  })
  const client = new DynamoDBClient({
    endpoint: account.dynamodbUrl,
    region: 'eu-central-1',
    credentials: localCredentials,
  })
  const store = createStore(DynamoDBDocumentClient.from(client), account.tableName)
  const verdicts = async () =>
    Object.fromEntries(
      (await store.findings({ rule: ['etcd-auto-tls-disabled'] })).map((f) => [
        f.instanceId,
        `${f.status} ${f.reason}`,
      ]),
    )

  const first = await account.runScan({})
  expect(first).toMatchObject({
    status: 'closed',
    coverage: { total: 6, assessed: 4 },
    digest: 'published',
    targetErrors: [],
  })
  expect(await verdicts()).toEqual({
    'i-0000000a': 'PASS AUTO_TLS_DISABLED',
    'i-0000000b': 'FAIL AUTO_TLS_ENABLED',
    'i-0000000c': 'NOT_APPLICABLE NOT_A_CONTROL_PLANE',
    'i-0000000e': 'ERROR ENVELOPE_MISSING',
  })
  expect(account.progress()).toEqual({ sent: 4, ended: 4 })
  const [digest, ...more] = await account.publishedDigests()
  expect(more).toEqual([])
  expect(digest?.body).toContain('i-0000000b')

  const second = await account.runScan({})
  expect(second).toMatchObject({ status: 'closed', changes: 0, digest: 'none' })
  expect(await account.publishedDigests()).toEqual([])

  await cp(join(NODES, 'kubeadm.json'), join(folder, 'bad.json'))
  // Auto-TLS, the certificate and the demand for one of the clients.
  expect(await account.runScan({})).toMatchObject({ changes: 3, digest: 'published' })
  expect(await verdicts()).toMatchObject({ 'i-0000000b': 'PASS AUTO_TLS_DISABLED' })
  const [recovered] = await account.publishedDigests()
  expect(recovered?.body).toMatch(/recovered/i)

  client.destroy()
  await account.stop()
  expect(process.env.AWS_REGION).toBe(region)
  expect(process.env.TABLE_NAME).toBeUndefined()
})
