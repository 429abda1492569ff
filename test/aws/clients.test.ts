import type { SNSClient } from '@aws-sdk/client-sns'
import { expect, test } from 'vitest'
import { clientPool } from '../../shared/aws/clients.ts'
import { digestTopic } from '../../shared/aws/digest-topic.ts'
import { senderClients } from '../../shared/aws/sender-clients.ts'
import { memberRoles } from '../../shared/config/role-arn.ts'
import { ROLES } from './member-roles.fixture.ts'
import { recordedClient } from './recorded-client.ts'

const TARGET = { account: '111122223333', region: 'eu-west-1', roles: ROLES, selectors: [{ a: 'b' }] }

test('a target has clients of its own region, which are kept and slow down by themselves', async () => {
  const clients = clientPool(senderClients, () => undefined)
  const { ec2, ssm } = clients(TARGET)
  expect(await ssm.config.region()).toBe('eu-west-1')
  expect(await ec2.config.region()).toBe('eu-west-1')
  expect((await ssm.config.retryStrategy()).constructor.name).toMatch(/Adaptive/)
  expect(clients({ ...TARGET }).ssm).toBe(ssm)
  expect(clients({ ...TARGET, region: 'eu-central-1' }).ssm).not.toBe(ssm)
})

test.each([
  [{}, 'arn:aws:iam::111122223333:role/member'],
  [{ region: 'cn-north-1' }, 'arn:aws-cn:iam::111122223333:role/member'],
  [{ region: 'us-gov-west-1' }, 'arn:aws-us-gov:iam::111122223333:role/member'],
  [{ role: 'arn:aws:iam::9:role/other' }, 'arn:aws:iam::9:role/other'],
])('a role given by name is one of the target, and stands for two: %j', (change, arn) => {
  expect(memberRoles({ ...TARGET, role: 'member', ...change })).toEqual({
    sender: `${arn}-sender`,
    reader: `${arn}-reader`,
  })
})

test('a target is scanned with the rights of its roles, each set of roles with its own', async () => {
  const pool = clientPool(senderClients, ({ roles }) => async () => ({
    accessKeyId: roles.reader,
    secretAccessKey: 'x',
  }))
  const keyOf = async (target: typeof TARGET) => (await pool(target).ssm.config.credentials()).accessKeyId
  expect(await keyOf(TARGET)).toBe(ROLES.reader)
  const others = [
    { ...TARGET, roles: { ...ROLES, reader: 'another' } },
    { ...TARGET, roles: { ...ROLES, sender: 'another' } },
    { ...TARGET, externalId: 'x-7' },
  ]
  expect(await keyOf(others[0] ?? TARGET)).toBe('another')
  const clients = new Set([TARGET, ...others].map((target) => pool(target).ssm))
  expect(clients.size).toBe(4)
})

test('a digest goes out with a body for each protocol, its subject and its attributes', async () => {
  const sns = recordedClient<SNSClient>({ Publish: [{ MessageId: 'm1' }] })
  const digest = {
    scanId: 's1',
    route: 'default',
    subject: 'fleet-scanner: 1 recovered',
    bodies: { default: '{}', email: 'text' },
    attributes: { worst: 'PASS' },
  }
  expect(await digestTopic(sns.client, { digests: 'arn:topic' })(digest)).toBe('m1')
  expect(sns.inputsOf('Publish')).toEqual([
    {
      TopicArn: 'arn:topic',
      Subject: 'fleet-scanner: 1 recovered',
      MessageStructure: 'json',
      Message: '{"default":"{}","email":"text"}',
      MessageAttributes: { worst: { DataType: 'String', StringValue: 'PASS' } },
    },
  ])
})
