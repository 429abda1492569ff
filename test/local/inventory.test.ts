import { mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DescribeInstancesCommand, EC2Client, type Filter } from '@aws-sdk/client-ec2'
import { DescribeInstanceInformationCommand, SSMClient } from '@aws-sdk/client-ssm'
import { expect, test, vi } from 'vitest'
import { fleetOf, instanceId, manyInstances } from './fleet-of.ts'
import { withEndpoint } from './start-endpoint.ts'

const describe = async (ec2: EC2Client, Filters: Filter[] = []) => {
  const pages: string[][] = []
  let token: string | undefined
  do {
    const page = await ec2.send(new DescribeInstancesCommand({ Filters, MaxResults: 1000, NextToken: token }))
    pages.push((page.Reservations ?? []).flatMap((r) => r.Instances ?? []).map((i) => i.InstanceId ?? ''))
    token = page.NextToken
  } while (token !== undefined)
  return pages
}

test('instances are found by tag and state, with all their tags as they are', async () => {
  const tags = { 'k8s.io/role/control-plane': '1', note: '<b>"a" & b</b> ünïcode' }
  const { ec2 } = await withEndpoint(
    fleetOf([{ tags }, { tags, state: 'stopped' }, { tags: { note: 'x' } }, {}]),
  )
  const filters = [
    { Name: 'tag:k8s.io/role/control-plane', Values: ['1'] },
    { Name: 'instance-state-name', Values: ['running'] },
  ]
  const { Reservations } = await ec2.send(new DescribeInstancesCommand({ Filters: filters }))
  const instances = Reservations?.flatMap((r) => r.Instances ?? []) ?? []
  expect(instances).toHaveLength(1)
  expect(instances[0]).toMatchObject({ InstanceId: instanceId(1), State: { Name: 'running', Code: 16 } })
  expect(Object.fromEntries((instances[0]?.Tags ?? []).map((t) => [t.Key, t.Value]))).toEqual(tags)
})

test('a tag value may hold wildcards, which a backslash makes plain', async () => {
  const { ec2 } = await withEndpoint(
    fleetOf([{ tags: { c: 'prod-1' } }, { tags: { c: 'prod-*' } }, { tags: { c: 'dev' } }]),
  )
  expect(await describe(ec2, [{ Name: 'tag:c', Values: ['prod-*'] }])).toEqual([
    [instanceId(1), instanceId(2)],
  ])
  expect(await describe(ec2, [{ Name: 'tag:c', Values: ['prod-\\*'] }])).toEqual([[instanceId(2)]])
})

test('a large fleet comes in several pages, each instance once', async () => {
  const { ec2 } = await withEndpoint(fleetOf(manyInstances(45)))
  const pages = await describe(ec2)
  expect(pages.length).toBeGreaterThan(1)
  expect(new Set(pages.flat()).size).toBe(45)
})

test('no match is an empty list; an unknown id is an error', async () => {
  const { ec2 } = await withEndpoint(fleetOf([{}]))
  expect(await describe(ec2, [{ Name: 'tag:none', Values: ['x'] }])).toEqual([[]])
  const byId = new DescribeInstancesCommand({ InstanceIds: [instanceId(1), instanceId(9)] })
  await expect(ec2.send(byId)).rejects.toMatchObject({ name: 'InvalidInstanceID.NotFound' })
})

test('a filter that is not known is refused, never ignored', async () => {
  const { ec2 } = await withEndpoint(fleetOf([{}]))
  await expect(describe(ec2, [{ Name: 'vpc-id', Values: ['vpc-1'] }])).rejects.toMatchObject({
    name: 'InvalidParameterValue',
  })
})

test('Systems Manager knows what is managed, and who has lost the connection', async () => {
  const { ssm } = await withEndpoint(
    fleetOf([
      {},
      { source: { kind: 'offline' } },
      { source: { kind: 'unmanaged' } },
      { state: 'terminated' },
      { state: 'stopped' },
      { region: 'eu-west-1' },
    ]),
  )
  const { InstanceInformationList = [] } = await ssm.send(new DescribeInstanceInformationCommand({}))
  expect(InstanceInformationList.map((i) => [i.InstanceId, i.PingStatus])).toEqual([
    [instanceId(1), 'Online'],
    [instanceId(2), 'ConnectionLost'],
    [instanceId(5), 'ConnectionLost'],
  ])
})

test('each account and region has its own instances; a role of another account leads there', async () => {
  const other = '111122223333'
  const { ec2, endpoint } = await withEndpoint(fleetOf([{}, { account: other }, { region: 'eu-west-1' }]))
  expect(await describe(ec2)).toEqual([[instanceId(1)]])
  const folder = await mkdtemp(join(tmpdir(), 'fleet-scanner-test-'))
  const config = `[profile base]\nregion = eu-central-1\naws_access_key_id = LOCAL\naws_secret_access_key = local
[profile member]\nregion = eu-central-1\nsource_profile = base\nrole_arn = arn:aws:iam::${other}:role/member
[profile stranger]\nregion = eu-central-1\nsource_profile = base\nrole_arn = arn:aws:iam::999999999999:role/member\n`
  await writeFile(join(folder, 'config'), config)
  vi.stubEnv('AWS_CONFIG_FILE', join(folder, 'config'))
  vi.stubEnv('AWS_ENDPOINT_URL_STS', endpoint.url)
  const member = new EC2Client({ endpoint: endpoint.url, region: 'eu-central-1', profile: 'member' })
  expect(await describe(member)).toEqual([[instanceId(2)]])
  const stranger = new EC2Client({ endpoint: endpoint.url, region: 'eu-central-1', profile: 'stranger' })
  await expect(describe(stranger)).rejects.toMatchObject({ name: 'AccessDenied' })
  vi.unstubAllEnvs()
})

test('an unsigned request gets nothing', async () => {
  const { endpoint } = await withEndpoint(fleetOf([{}]))
  const answer = await fetch(endpoint.url, {
    method: 'POST',
    headers: { 'content-type': 'text/plain', 'x-amz-target': 'AmazonSSM.ListCommands' },
    body: '{}',
  })
  expect(answer.status).toBe(403)
})

test('a call that the embedded account does not have is refused by name', async () => {
  const { endpoint } = await withEndpoint(fleetOf([{}]))
  const ssm = new SSMClient({
    endpoint: endpoint.url,
    region: 'eu-central-1',
    credentials: { accessKeyId: 'x', secretAccessKey: 'y' },
    maxAttempts: 1,
  })
  const { CreateDocumentCommand } = await import('@aws-sdk/client-ssm')
  const create = new CreateDocumentCommand({ Name: 'Mine', Content: '{}', DocumentType: 'Command' })
  await expect(ssm.send(create)).rejects.toThrow(/no ssm:CreateDocument/)
})
