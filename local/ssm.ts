import * as z from 'zod'
import type { Agent } from './agent.ts'
import { AwsError } from './aws-error.ts'
import type { Caller } from './caller.ts'
import type { Fleet } from './fleet.ts'
import { pageOf } from './paging.ts'
import { commandAnswer, invocationAnswer, invocationOutput } from './ssm-answers.ts'
import { CommandLog } from './ssm-commands.ts'
import { describeDocument, documentRegister, getDocument, type SsmDocument } from './ssm-documents.ts'
import { describeInstances, describeInstancesRequest } from './ssm-instances.ts'
import { sendCommand, sendCommandRequest } from './ssm-send.ts'

/** A list right after a send is empty for so long: reads of Systems Manager are eventually consistent. */
export type ListLag = { commandsMs: number; invocationsMs: number }
const LIST_LAG: ListLag = { commandsMs: 50, invocationsMs: 50 }

const listRequest = z.strictObject({
  CommandId: z.string().optional(),
  InstanceId: z.string().optional(),
  MaxResults: z.number().int().min(1).max(50).optional(),
  NextToken: z.string().optional(),
  Details: z.boolean().default(false),
})
const documentRequest = z.strictObject({
  Name: z.string(),
  DocumentVersion: z.enum(['1', '$DEFAULT', '$LATEST']).optional(),
  DocumentFormat: z.literal('JSON').optional(),
})
const invocationRequest = z.strictObject({
  CommandId: z.string(),
  InstanceId: z.string(),
  PluginName: z.string().optional(),
})
const cancelRequest = z.strictObject({
  CommandId: z.string(),
  InstanceIds: z.array(z.string()).max(0).optional(),
})

export type Ssm = {
  /** Answers one operation; throws AwsError. The request is checked: what is not known here is refused, not ignored. */
  call(operation: string, caller: Caller, request: unknown): object
  progress: CommandLog['progress']
  stop(): void
}

/** AWS Systems Manager's Run Command over a fleet: commands, their invocations, managed instances, documents. */
export const startSsm = (
  fleet: Fleet,
  documents: SsmDocument[],
  agent: Agent,
  now: () => Date,
  lag: ListLag = LIST_LAG,
): Ssm => {
  const commands = new CommandLog(agent, now)
  const documentOf = documentRegister(documents)

  const visible = (caller: Caller, request: z.infer<typeof listRequest>, lagMs: number) =>
    commands
      .of(caller)
      .filter((command) => request.CommandId === undefined || command.id === request.CommandId)
      .filter((command) => now().getTime() - command.requestedAt.getTime() >= lagMs)

  const page = <T>(items: T[], request: z.infer<typeof listRequest>) =>
    pageOf(items, { maxResults: request.MaxResults, nextToken: request.NextToken }, 'InvalidNextToken')

  const operations: Record<string, (caller: Caller, request: unknown) => object> = {
    SendCommand: (caller, body) => {
      const request = check(sendCommandRequest, body)
      return {
        Command: commandAnswer(
          sendCommand(request, caller, fleet, documentOf(request.DocumentName), commands),
        ),
      }
    },
    ListCommands: (caller, body) => {
      const request = check(listRequest, body)
      const { items, nextToken } = page(visible(caller, request, lag.commandsMs).reverse(), request)
      return { Commands: items.map(commandAnswer), ...(nextToken !== undefined && { NextToken: nextToken }) }
    },
    ListCommandInvocations: (caller, body) => {
      const request = check(listRequest, body)
      const all = visible(caller, request, lag.invocationsMs).flatMap((command) =>
        command.invocations
          .filter(({ instance }) => request.InstanceId === undefined || instance.id === request.InstanceId)
          .map((invocation) => ({ command, invocation })),
      )
      const { items, nextToken } = page(all, request)
      return {
        CommandInvocations: items.map((i) => invocationAnswer(i.command, i.invocation, request.Details)),
        ...(nextToken !== undefined && { NextToken: nextToken }),
      }
    },
    GetCommandInvocation: (caller, body) => {
      const request = check(invocationRequest, body)
      const command = commands.of(caller).find(({ id }) => id === request.CommandId)
      const invocation = command?.invocations.find(({ instance }) => instance.id === request.InstanceId)
      if (command === undefined || invocation === undefined)
        throw new AwsError('InvocationDoesNotExist', 'the command was not sent to this instance')
      if (request.PluginName !== undefined && request.PluginName !== command.document.stepName)
        throw new AwsError('InvalidPluginName', `the document has no step ${request.PluginName}`)
      return invocationOutput(command, invocation)
    },
    CancelCommand: (caller, body) => {
      const request = check(cancelRequest, body)
      const command = commands.of(caller).find(({ id }) => id === request.CommandId)
      if (command === undefined)
        throw new AwsError('InvalidCommandId', `there is no command ${request.CommandId}`)
      commands.cancel(command)
      return {}
    },
    DescribeInstanceInformation: (caller, body) =>
      describeInstances(fleet, caller, check(describeInstancesRequest, body), now()),
    DescribeDocument: (_caller, body) => describeDocument(documentOf(check(documentRequest, body).Name)),
    GetDocument: (_caller, body) => getDocument(documentOf(check(documentRequest, body).Name)),
  }

  return {
    call(operation, caller, request) {
      const answer = operations[operation]
      if (answer === undefined)
        throw new AwsError('UnknownOperationException', `the embedded account has no ssm:${operation}`)
      return answer(caller, request)
    },
    progress: () => commands.progress(),
    stop: () => commands.stop(),
  }
}

const check = <T>(schema: z.ZodType<T>, body: unknown): T => {
  const checked = schema.safeParse(body)
  if (checked.success) return checked.data
  throw new AwsError('ValidationException', z.prettifyError(checked.error))
}
