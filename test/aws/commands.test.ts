import type { SSMClient } from '@aws-sdk/client-ssm'
import { expect, test } from 'vitest'
import {
  cancelCommand,
  commandProgress,
  deliverySeconds,
  fullOutput,
  listInvocations,
  sendCommand,
} from '../../shared/aws/commands.ts'
import { recordedClient } from './recorded-client.ts'

const invocation = (InstanceId: string, StatusDetails = 'Success', Output = '') => ({
  InstanceId,
  Status: StatusDetails,
  StatusDetails,
  CommandPlugins: [{ Name: 'collect', Output }],
})

const request = { documentName: 'Doc', instanceIds: ['i-1', 'i-2'], scanId: 's1', deliverySeconds: 90 }

test('one instance that has just gone does not sink the other 49', async () => {
  const ssm = recordedClient<SSMClient>({ SendCommand: [{ Command: { CommandId: 'c1' } }] })
  expect(await sendCommand(ssm.client, request)).toBe('c1')
  expect(ssm.inputsOf('SendCommand')).toEqual([
    {
      DocumentName: 'Doc',
      Targets: [{ Key: 'InstanceIds', Values: ['i-1', 'i-2'] }],
      Comment: 'fleet-scanner s1',
      TimeoutSeconds: 90,
      MaxErrors: '100%',
      MaxConcurrency: '100%',
    },
  ])
})

test('a command that got no id is an error, not a command without instances', async () => {
  const ssm = recordedClient<SSMClient>({ SendCommand: [{}] })
  await expect(sendCommand(ssm.client, request)).rejects.toThrow('no id')
})

test('a command ends before the deadline even on a node that uses all of its time', () => {
  const now = new Date('2026-01-31T12:00:00Z')
  const after = (seconds: number) => new Date(now.getTime() + seconds * 1000)
  expect(deliverySeconds(120, now, after(900))).toBe(120)
  expect(deliverySeconds(120, now, after(150))).toBe(90)
  expect(deliverySeconds(120, now, after(90))).toBe(30)
  expect(deliverySeconds(120, now, after(89))).toBeUndefined()
  expect(deliverySeconds(120, now, after(-5))).toBeUndefined()
})

test('a command is called back by its id, for all of its instances', async () => {
  const ssm = recordedClient<SSMClient>({ CancelCommand: [{}] })
  await cancelCommand(ssm.client, 'c1')
  expect(ssm.inputsOf('CancelCommand')).toEqual([{ CommandId: 'c1' }])
})

test('short and empty pages are read to the end', async () => {
  const ssm = recordedClient<SSMClient>({
    ListCommandInvocations: [
      { CommandInvocations: [invocation('i-1', 'Success', 'out')], NextToken: 'a' },
      { CommandInvocations: [], NextToken: 'b' },
      { CommandInvocations: [invocation('i-2', 'DeliveryTimedOut')] },
    ],
  })
  expect(await listInvocations(ssm.client, 'c1')).toEqual([
    { instanceId: 'i-1', phase: 'succeeded', detail: 'Success', output: 'out' },
    { instanceId: 'i-2', phase: 'failed', detail: 'DeliveryTimedOut', output: '' },
  ])
  expect(ssm.inputsOf('ListCommandInvocations').map(({ NextToken }) => NextToken)).toEqual([
    undefined,
    'a',
    'b',
  ])
  expect(ssm.inputsOf('ListCommandInvocations')[0]).toMatchObject({
    CommandId: 'c1',
    Details: true,
    MaxResults: 50,
  })
})

test('an empty list right after the send is not the end', async () => {
  const ssm = recordedClient<SSMClient>({
    ListCommandInvocations: [{ CommandInvocations: [] }],
    ListCommands: [
      { Commands: [] },
      { Commands: [{ Status: 'Success', StatusDetails: 'Success', TargetCount: 2 }] },
    ],
  })
  expect(await commandProgress(ssm.client, 'c1', ['i-1', 'i-2'])).toEqual({ done: false, answered: 0 })
  // The command is over, and its two invocations are not to be seen yet.
  expect(await commandProgress(ssm.client, 'c1', ['i-1', 'i-2'])).toEqual({ done: false, answered: 0 })
})

test('a command is over when every instance has answered, in whatever way', async () => {
  const ssm = recordedClient<SSMClient>({
    ListCommandInvocations: [
      { CommandInvocations: [invocation('i-1'), invocation('i-2', 'InProgress')] },
      { CommandInvocations: [invocation('i-1'), invocation('i-2', 'Failed')] },
    ],
  })
  expect(await commandProgress(ssm.client, 'c1', ['i-1', 'i-2'])).toEqual({ done: false, answered: 1 })
  expect(await commandProgress(ssm.client, 'c1', ['i-1', 'i-2'])).toEqual({ done: true, answered: 2 })
})

test('an instance that got no invocation is not waited for once the command has completed', async () => {
  const command = (Status: string, TargetCount: number) => ({
    Commands: [{ Status, StatusDetails: Status, TargetCount }],
  })
  const ssm = recordedClient<SSMClient>({
    ListCommandInvocations: [{ CommandInvocations: [invocation('i-1')] }],
    ListCommands: [command('InProgress', 1), command('Success', 1)],
  })
  expect((await commandProgress(ssm.client, 'c1', ['i-1', 'i-2'])).done).toBe(false)
  expect((await commandProgress(ssm.client, 'c1', ['i-1', 'i-2'])).done).toBe(true)
})

test('a command whose instances all vanished is over', async () => {
  const ssm = recordedClient<SSMClient>({
    ListCommandInvocations: [{ CommandInvocations: [] }],
    ListCommands: [{ Commands: [{ Status: 'Success', StatusDetails: 'NoInstancesInTag', TargetCount: 0 }] }],
  })
  expect(await commandProgress(ssm.client, 'c1', ['i-1'])).toEqual({ done: true, answered: 0 })
})

test('the longer output of one instance can be had, where there still is one', async () => {
  const gone = Object.assign(new Error('gone'), { name: 'InvocationDoesNotExist' })
  const ssm = recordedClient<SSMClient>({
    GetCommandInvocation: [{ StandardOutputContent: 'long' }, gone, new Error('throttled')],
  })
  expect(await fullOutput(ssm.client, 'c1', 'i-1')).toBe('long')
  expect(await fullOutput(ssm.client, 'c1', 'i-1')).toBe('')
  await expect(fullOutput(ssm.client, 'c1', 'i-1')).rejects.toThrow('throttled')
  expect(ssm.inputsOf('GetCommandInvocation')[0]).toEqual({ CommandId: 'c1', InstanceId: 'i-1' })
})
