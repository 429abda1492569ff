import { expect, it } from 'vitest'
import { every } from './guarantee.ts'
import { mutationsOf } from './mutations.ts'
import { exactly } from './rights.ts'

const template = {
  Resources: {
    Key: {
      Type: 'AWS::KMS::Key',
      DeletionPolicy: 'Retain',
      Properties: {
        EnableKeyRotation: true,
        KeyPolicy: {
          Statement: [
            { Sid: 'Alarms', Effect: 'Allow', Action: ['kms:Decrypt', 'kms:GenerateDataKey'], Resource: '*' },
          ],
        },
      },
    },
    Sender: {
      Type: 'AWS::IAM::Role',
      Properties: {
        Policies: [
          {
            PolicyDocument: {
              Statement: [
                {
                  Effect: 'Allow',
                  Action: 'ssm:SendCommand',
                  Resource: '*',
                  Condition: {
                    StringEquals: { 'aws:ResourceTag/a': 'b' },
                    Null: { 'aws:ResourceTag/c': 'true' },
                  },
                },
              ],
            },
          },
        ],
      },
    },
    Alarm: { Type: 'AWS::CloudWatch::Alarm', Properties: { AlarmActions: ['arn'] } },
  },
}

it('takes out each protection, and each part of a policy', () => {
  const statement = 'Sender.Properties.Policies.0.PolicyDocument.Statement.0'
  expect(mutationsOf(template).map(({ removed }) => removed)).toEqual([
    'Key',
    'Key.DeletionPolicy',
    'Key.Properties.EnableKeyRotation',
    'Key.Properties.KeyPolicy.Statement.0 [Alarms]',
    'Key.Properties.KeyPolicy.Statement.0.Action.0 [Alarms]',
    'Key.Properties.KeyPolicy.Statement.0.Action.1 [Alarms]',
    statement,
    `${statement}.Condition.StringEquals.aws:ResourceTag/a`,
    `${statement}.Condition.Null.aws:ResourceTag/c`,
    `${statement}.Condition`,
    'Alarm',
    'Alarm.Properties.AlarmActions',
  ])
})

it('leaves everything else as it was, the template that it was given too', () => {
  const before = structuredClone(template)
  const [first] = mutationsOf(template)
  expect(template).toEqual(before)
  const { Key: _, ...rest } = template.Resources
  expect(first?.template.Resources).toEqual(rest)
})

it('is noticed by a guarantee of the part that it takes out, and by no other', () => {
  const rotation = every('AWS::KMS::Key', 'rotates', ({ EnableKeyRotation }) => EnableKeyRotation === true)
  const rights = exactly('Sender', 'rights', [
    {
      why: 'to send',
      actions: ['ssm:SendCommand'],
      on: ['*'],
      when: { 'StringEquals aws:ResourceTag/a': ['b'], 'Null aws:ResourceTag/c': ['true'] },
    },
  ])
  expect([...rotation.broken(template), ...rights.broken(template)]).toEqual([])
  const noticed = (guarantee: typeof rights) =>
    mutationsOf(template)
      .filter((mutation) => guarantee.broken(mutation.template).length > 0)
      .map(({ removed }) => removed)
  expect(noticed(rotation)).toEqual(['Key', 'Key.Properties.EnableKeyRotation'])
  expect(noticed(rights)).toHaveLength(4)
})
