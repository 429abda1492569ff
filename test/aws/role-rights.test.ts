import { DescribeInstancesCommand, EC2Client } from '@aws-sdk/client-ec2'
import {
  CancelCommandCommand,
  GetCommandInvocationCommand,
  GetDocumentCommand,
  ListCommandInvocationsCommand,
  ListCommandsCommand,
  SendCommandCommand,
  SSMClient,
} from '@aws-sdk/client-ssm'
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts'
import { afterEach, expect, onTestFinished, test, vi } from 'vitest'
import { memberTemplates } from '../../infra/member-templates.ts'
import { statementsOf } from '../../infra/permissions.ts'
import { fleetAgent } from '../../local/agent.ts'
import { accessKeyOf, HOME_ACCOUNT, MEMBER_ROLES } from '../../local/caller.ts'
import { HOME_REGION, localCredentials } from '../../local/credentials.ts'
import { startEndpoint } from '../../local/endpoint.ts'
import { ROLE_RIGHTS } from '../../local/role-rights.ts'
import { clientPool } from '../../shared/aws/clients.ts'
import { collectorDocument } from '../../shared/aws/document.ts'
import { assumedRole } from '../../shared/aws/role.ts'
import { senderClients } from '../../shared/aws/sender-clients.ts'
import { parseConfig } from '../../shared/config/parse-config.ts'
import { memberRoles } from '../../shared/config/role-arn.ts'
import { fleetOf, instanceId } from '../local/fleet-of.ts'

afterEach(() => vi.unstubAllEnvs())

const MEMBER = '111122223333'
const { name, content } = collectorDocument()

/** The clients that a function gets for its role, by way of STS. */
const clientsOf = async (kind: 'sender' | 'reader') => {
  const fleet = fleetOf([{ account: MEMBER }])
  const endpoint = await startEndpoint({ fleet, documents: [{ name, content }], agent: fleetAgent() })
  onTestFinished(() => endpoint.stop())
  vi.stubEnv('AWS_ENDPOINT_URL', endpoint.url)
  vi.stubEnv('AWS_REGION', HOME_REGION)
  vi.stubEnv('AWS_ACCESS_KEY_ID', localCredentials.accessKeyId)
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', localCredentials.secretAccessKey)
  const roles = memberRoles({ account: MEMBER, region: HOME_REGION, role: 'member' })
  const target = { account: MEMBER, region: HOME_REGION, roles, selectors: [{ a: 'b' }] }
  const { ec2, ssm } = clientPool(senderClients, assumedRole(kind))(target)
  return { ec2, ssm, endpoint }
}

const send = new SendCommandCommand({
  DocumentName: name,
  Targets: [{ Key: 'InstanceIds', Values: [instanceId(1)] }],
})
const REFUSED = { name: 'AccessDeniedException' }

test('the sender sends and follows commands, and may not read what any of them printed', async () => {
  const { ec2, ssm } = await clientsOf('sender')
  const CommandId = (await ssm.send(send)).Command?.CommandId ?? ''
  await ssm.send(new ListCommandsCommand({ CommandId }))
  await ssm.send(new GetDocumentCommand({ Name: name, DocumentVersion: '1' }))
  await ssm.send(new CancelCommandCommand({ CommandId }))
  expect((await ec2.send(new DescribeInstancesCommand({}))).Reservations).toHaveLength(1)
  await expect(ssm.send(new ListCommandInvocationsCommand({ CommandId }))).rejects.toMatchObject(REFUSED)
  const one = new GetCommandInvocationCommand({ CommandId, InstanceId: instanceId(1) })
  await expect(ssm.send(one)).rejects.toMatchObject(REFUSED)
})

test('the reader reads answers, and may not send, cancel, list instances or take another role', async () => {
  const { ec2, ssm, endpoint } = await clientsOf('reader')
  await ssm.send(new ListCommandInvocationsCommand({}))
  await expect(ssm.send(send)).rejects.toMatchObject({
    ...REFUSED,
    message: expect.stringContaining('ssm:SendCommand'),
  })
  await expect(ssm.send(new CancelCommandCommand({ CommandId: 'x' }))).rejects.toMatchObject(REFUSED)
  await expect(ssm.send(new GetDocumentCommand({ Name: name }))).rejects.toMatchObject(REFUSED)
  await expect(ec2.send(new DescribeInstancesCommand({}))).rejects.toMatchObject({
    name: 'UnauthorizedOperation',
  })
  const sts = new STSClient({
    endpoint: endpoint.url,
    region: HOME_REGION,
    credentials: { accessKeyId: accessKeyOf(MEMBER, 'reader'), secretAccessKey: 'x' },
  })
  // Nobody needs a right to ask who he is.
  expect((await sts.send(new GetCallerIdentityCommand({}))).Account).toBe(MEMBER)
  const { AssumeRoleCommand } = await import('@aws-sdk/client-sts')
  const sender = memberRoles({ account: MEMBER, region: HOME_REGION, role: 'member' }).sender
  const take = new AssumeRoleCommand({ RoleArn: sender, RoleSessionName: 'fleet-scanner' })
  await expect(sts.send(take)).rejects.toMatchObject({ name: 'AccessDenied' })
})

test('with any other credentials everything is open that the account has', async () => {
  const { endpoint } = await clientsOf('sender')
  const ssm = new SSMClient({ endpoint: endpoint.url, region: HOME_REGION, credentials: localCredentials })
  await ssm.send(new ListCommandInvocationsCommand({}))
  const ec2 = new EC2Client({ endpoint: endpoint.url, region: HOME_REGION, credentials: localCredentials })
  await ec2.send(new DescribeInstancesCommand({}))
})

test('the embedded account gives each role what its stack gives it', () => {
  const config = parseConfig(
    `home: { account: '${HOME_ACCOUNT}', region: eu-central-1 }
securityHub: { pushers: ['arn:aws:iam::${HOME_ACCOUNT}:role/auditor'] }
targets: [{ account: '${MEMBER}', regions: [eu-central-1], selectors: [kops] }]`,
    'fleet-scanner.yaml',
  )
  const statements = memberTemplates(config).flatMap(({ template }) => statementsOf(template))
  for (const role of MEMBER_ROLES) {
    const allowed = statements.filter(
      ({ kind, effect, of }) => kind === 'rights' && effect === 'Allow' && of.endsWith(`-${role}`),
    )
    expect(ROLE_RIGHTS[role], role).toEqual(new Set(allowed.flatMap(({ actions }) => actions)))
  }
})
