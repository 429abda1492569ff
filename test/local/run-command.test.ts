import {
  CancelCommandCommand,
  type CommandInvocation,
  ListCommandInvocationsCommand,
  ListCommandsCommand,
  SendCommandCommand,
  type SSMClient,
} from '@aws-sdk/client-ssm'
import { expect, test } from 'vitest'
import { fleetOf, instanceId, manyInstances } from './fleet-of.ts'
import { DOCUMENT, ended, outputOf, send, withEndpoint } from './start-endpoint.ts'

const three = [instanceId(1), instanceId(2), instanceId(3)]

const allInvocations = async (ssm: SSMClient, commandId: string) => {
  const pages: CommandInvocation[][] = []
  let token: string | undefined
  do {
    const page = await ssm.send(
      new ListCommandInvocationsCommand({
        CommandId: commandId,
        Details: true,
        MaxResults: 50,
        NextToken: token,
      }),
    )
    pages.push(page.CommandInvocations ?? [])
    token = page.NextToken
  } while (token !== undefined)
  return pages
}

test('a command to three instances ends on each, with its output and exit code', async () => {
  const { ssm } = await withEndpoint(
    fleetOf([{}, { exitCode: 3 }, { source: { kind: 'prints', text: 'other' } }]),
  )
  const id = await send(ssm, three)
  expect(await ended(ssm, id)).toBe('Failed')
  const invocations = (await allInvocations(ssm, id)).flat()
  expect(
    invocations.map((i) => [
      i.InstanceId,
      i.StatusDetails,
      i.CommandPlugins?.[0]?.ResponseCode,
      i.CommandPlugins?.[0]?.Output,
    ]),
  ).toEqual([
    [three[0], 'Success', 0, 'ok'],
    [three[1], 'Failed', 3, 'ok'],
    [three[2], 'Success', 0, 'other'],
  ])
})

test('a list right after a send does not show the command yet', async () => {
  let now = 1_000_000
  const { ssm } = await withEndpoint(fleetOf([{}]), { now: () => new Date(now) })
  const id = await send(ssm, [instanceId(1)])
  expect(await allInvocations(ssm, id)).toEqual([[]])
  now += 1000
  expect((await allInvocations(ssm, id)).flat()).toHaveLength(1)
})

test('50 invocations come in several pages, even where one page of 50 was asked for', async () => {
  const { ssm } = await withEndpoint(fleetOf(manyInstances(50)))
  const id = await send(
    ssm,
    fleetOf(manyInstances(50)).instances.map((instance) => instance.id),
  )
  await ended(ssm, id)
  const pages = await allInvocations(ssm, id)
  expect(pages.length).toBeGreaterThan(1)
  expect(new Set(pages.flat().map((i) => i.InstanceId)).size).toBe(50)
})

test('51 instances are rejected, however they are named', async () => {
  const { ssm } = await withEndpoint(fleetOf(manyInstances(51)))
  const ids = fleetOf(manyInstances(51)).instances.map((instance) => instance.id)
  await expect(send(ssm, ids)).rejects.toMatchObject({ name: 'ValidationException' })
  const byId = new SendCommandCommand({ DocumentName: DOCUMENT, InstanceIds: ids })
  await expect(ssm.send(byId)).rejects.toMatchObject({ name: 'ValidationException' })
})

test('one unknown instance rejects all that are named by InstanceIds, but a target passes it over', async () => {
  const { ssm } = await withEndpoint(fleetOf([{}, { source: { kind: 'unmanaged' } }]))
  const byId = new SendCommandCommand({ DocumentName: DOCUMENT, InstanceIds: [instanceId(1), instanceId(2)] })
  await expect(ssm.send(byId)).rejects.toMatchObject({ name: 'InvalidInstanceId' })
  const id = await send(ssm, [instanceId(1), instanceId(2)])
  await ended(ssm, id)
  expect((await allInvocations(ssm, id)).flat().map((i) => i.InstanceId)).toEqual([instanceId(1)])
})

test('a target that matches nothing is a success of nobody', async () => {
  const { ssm } = await withEndpoint(fleetOf([{ tags: { role: 'worker' } }]))
  const { Command } = await ssm.send(
    new SendCommandCommand({ DocumentName: DOCUMENT, Targets: [{ Key: 'tag:role', Values: ['master'] }] }),
  )
  expect(Command).toMatchObject({ Status: 'Success', StatusDetails: 'NoInstancesInTag', TargetCount: 0 })
})

test('lists show 2,500 bytes and single invocations 24,000 characters, their marks included', async () => {
  const text = 'a'.repeat(30_000)
  const { ssm } = await withEndpoint(
    fleetOf([{ source: { kind: 'prints', text } }, { source: { kind: 'prints', text: 'é'.repeat(2000) } }]),
  )
  const id = await send(ssm, [instanceId(1), instanceId(2)])
  await ended(ssm, id)
  const [long, accented] = (await allInvocations(ssm, id))
    .flat()
    .map((i) => i.CommandPlugins?.[0]?.Output ?? '')
  expect(long).toBe(`${'a'.repeat(2_478)}---Output truncated---`)
  expect(Buffer.byteLength(accented ?? '')).toBeLessThanOrEqual(2500)
  expect(accented).toMatch(/^é+---Output truncated---$/)
  const { StandardOutputContent } = await outputOf(ssm, id, instanceId(1))
  expect(StandardOutputContent).toBe(`${'a'.repeat(23_980)}--output truncated--`)
})

test('an invocation that was never made does not exist', async () => {
  const { ssm } = await withEndpoint(fleetOf([{}, {}]))
  const id = await send(ssm, [instanceId(1)])
  await expect(outputOf(ssm, id, instanceId(2))).rejects.toMatchObject({ name: 'InvocationDoesNotExist' })
})

test('an offline instance waits and is timed out on delivery; a silent one is under way and never ends in time', async () => {
  let now = 1_000_000
  const { ssm } = await withEndpoint(
    fleetOf([{ source: { kind: 'offline' } }, { source: { kind: 'silent' } }]),
    {
      now: () => new Date(now),
    },
  )
  const id = await send(ssm, [instanceId(1), instanceId(2)])
  const states = async () => (await allInvocations(ssm, id)).flat().map((i) => i.StatusDetails)
  now += 1_000
  expect(await states()).toEqual(['Pending', 'InProgress'])
  now += 30_000
  expect(await states()).toEqual(['DeliveryTimedOut', 'InProgress'])
  now += 20_000
  expect(await states()).toEqual(['DeliveryTimedOut', 'ExecutionTimedOut'])
  const { Commands } = await ssm.send(new ListCommandsCommand({ CommandId: id }))
  expect(Commands?.[0]).toMatchObject({
    Status: 'TimedOut',
    TargetCount: 2,
    CompletedCount: 2,
    DeliveryTimedOutCount: 1,
  })
})

test('a cancelled command ends at once', async () => {
  const { ssm } = await withEndpoint(fleetOf([{ source: { kind: 'silent' } }]))
  const id = await send(ssm, [instanceId(1)])
  await ssm.send(new CancelCommandCommand({ CommandId: id }))
  expect(await ended(ssm, id)).toBe('Cancelled')
})

test('a document that is not registered cannot be run, and none can be added', async () => {
  const { ssm } = await withEndpoint(fleetOf([{}]))
  const other = new SendCommandCommand({ DocumentName: 'AWS-RunShellScript', InstanceIds: [instanceId(1)] })
  await expect(ssm.send(other)).rejects.toMatchObject({ name: 'InvalidDocument' })
  const parameters = { commands: ['id'] }
  const mine = new SendCommandCommand({
    DocumentName: DOCUMENT,
    InstanceIds: [instanceId(1)],
    Parameters: parameters,
  })
  await expect(ssm.send(mine)).rejects.toMatchObject({ name: 'InvalidParameters' })
})
