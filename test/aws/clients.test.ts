import type { SNSClient } from '@aws-sdk/client-sns'
import { expect, test } from 'vitest'
import { clientPool } from '../../shared/aws/clients.ts'
import { digestTopic } from '../../shared/aws/digest-topic.ts'
import { roleArn } from '../../shared/config/role-arn.ts'
import { recordedClient } from './recorded-client.ts'

const TARGET = { account: '111122223333', region: 'eu-west-1', selectors: [{ a: 'b' }] }

test('a target has clients of its own region, which are kept and slow down by themselves', async () => {
  const clients = clientPool(() => undefined)
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
])('a role given by name is one of the target: %j', (change, arn) => {
  expect(roleArn({ ...TARGET, role: 'member', ...change })).toBe(arn)
})

test('a target with a role is scanned with the rights of that role', () => {
  const target = { ...TARGET, role: 'member' }
  const credentials = { accessKeyId: 'assumed', secretAccessKey: 'x' }
  const pool = clientPool(() => async () => credentials)
  expect(pool(target).ssm).not.toBe(pool(TARGET).ssm)
  return expect(pool(target).ssm.config.credentials()).resolves.toMatchObject(credentials)
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
  expect(await digestTopic(sns.client, 'arn:topic')(digest)).toBe('m1')
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
