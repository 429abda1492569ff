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
      DocumentVersion: '1',
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

const command = (Status: string, TargetCount: number, CompletedCount: number) => ({
  Commands: [{ Status, StatusDetails: Status, TargetCount, CompletedCount }],
})
const progressOf = async (answers: object[], ids: string[]) => {
  const ssm = recordedClient<SSMClient>({ ListCommands: answers })
  return { ssm, progress: await commandProgress(ssm.client, 'c1', ids) }
}

test('how far a command is, is read from its own counts: no output of any other command is asked for', async () => {
  const { ssm, progress } = await progressOf([command('InProgress', 2, 1)], ['i-1', 'i-2'])
  expect(progress).toEqual({ done: false, answered: 1, reached: 2 })
  expect(ssm.asked).toEqual([{ name: 'ListCommands', input: { CommandId: 'c1' } }])
})

test('a command that is not listed yet, right after the send, is not over', async () => {
  const { progress } = await progressOf([{ Commands: [] }], ['i-1'])
  expect(progress).toEqual({ done: false, answered: 0 })
})

test('an empty page is not the end of the list', async () => {
  const pages = [{ Commands: [], NextToken: 'a' }, command('Success', 1, 1)]
  const { ssm, progress } = await progressOf(pages, ['i-1'])
  expect(progress.done).toBe(true)
  expect(ssm.inputsOf('ListCommands')[1]).toEqual({ CommandId: 'c1', NextToken: 'a' })
})

test('a command is over when every instance has answered, in whatever way, even where its status lags', async () => {
  expect((await progressOf([command('InProgress', 2, 2)], ['i-1', 'i-2'])).progress.done).toBe(true)
  expect((await progressOf([command('Failed', 2, 2)], ['i-1', 'i-2'])).progress.done).toBe(true)
})

test('an instance that got no invocation is not waited for once the command has completed', async () => {
  expect((await progressOf([command('InProgress', 1, 1)], ['i-1', 'i-2'])).progress.done).toBe(false)
  expect((await progressOf([command('Success', 1, 1)], ['i-1', 'i-2'])).progress).toEqual({
    done: true,
    answered: 1,
    reached: 1,
  })
})

test('a command whose instances all vanished is over', async () => {
  const nobody = { Commands: [{ Status: 'Success', StatusDetails: 'NoInstancesInTag', TargetCount: 0 }] }
  expect((await progressOf([nobody], ['i-1'])).progress).toEqual({ done: true, answered: 0, reached: 0 })
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
