import {
  CancelCommandCommand,
  type Command,
  type CommandInvocation,
  GetCommandInvocationCommand,
  ListCommandInvocationsCommand,
  ListCommandsCommand,
  SendCommandCommand,
  type SSMClient,
} from '@aws-sdk/client-ssm'
import { EXECUTION_TIMEOUT_SECONDS, SHORTEST_DELIVERY_SECONDS } from '../config/scanner-config.ts'
import { type InvocationPhase, phaseOf } from './invocation-status.ts'

/** One command reaches at most this many instances. */
export const MOST_PER_COMMAND = 50

/** What one instance answered. `output` is cut by Systems Manager after 2,500 bytes. */
export type Invocation = { instanceId: string; phase: InvocationPhase; detail: string; output: string }

/**
 * How far a command is: `done` when no further answer can come. `reached`: the instances that it went to, each of which
 * has an invocation; absent: not known yet.
 */
export type CommandProgress = { done: boolean; answered: number; reached?: number }

/** Scans run the version that was deployed under the document's name, whatever was made of the document since. */
export const DOCUMENT_VERSION = '1'

export type CommandRequest = {
  documentName: string
  instanceIds: string[]
  scanId: string
  /** How long a node may take to pick the command up, in seconds. */
  deliverySeconds: number
}

/**
 * How long a node may take to pick a command up, in seconds, so that it ends before the deadline even where the
 * node then uses all of its execution time. Undefined: too little time is left to send anything.
 */
export const deliverySeconds = (wanted: number, now: Date, deadline: Date): number | undefined => {
  const left = Math.floor((deadline.getTime() - now.getTime()) / 1000) - EXECUTION_TIMEOUT_SECONDS
  return left < SHORTEST_DELIVERY_SECONDS ? undefined : Math.min(wanted, left)
}

/**
 * Sends the collector to at most 50 instances and returns the command's id. Instances are named by a target, not by
 * `InstanceIds`, so that one that has just gone does not have the others refused. A call that is repeated sends a
 * second, harmless command: Systems Manager takes no token against that.
 */
export const sendCommand = async (ssm: SSMClient, request: CommandRequest): Promise<string> => {
  const { Command } = await ssm.send(
    new SendCommandCommand({
      DocumentName: request.documentName,
      DocumentVersion: DOCUMENT_VERSION,
      Targets: [{ Key: 'InstanceIds', Values: request.instanceIds }],
      Comment: `fleet-scanner ${request.scanId}`.slice(0, 100),
      TimeoutSeconds: request.deliverySeconds,
      MaxErrors: '100%',
      MaxConcurrency: '100%',
    }),
  )
  if (!Command?.CommandId) throw new Error('Systems Manager accepted a command but gave it no id')
  return Command.CommandId
}

/** Calls a command back: instances that have not begun it will not. What has ended stays as it is. */
export const cancelCommand = async (ssm: SSMClient, commandId: string): Promise<void> => {
  await ssm.send(new CancelCommandCommand({ CommandId: commandId }))
}

/** All invocations of a command, with their output. Pages may be short, even empty, and still go on. */
export const listInvocations = async (ssm: SSMClient, commandId: string): Promise<Invocation[]> => {
  const found: CommandInvocation[] = []
  let token: string | undefined
  do {
    const page = await ssm.send(
      new ListCommandInvocationsCommand({
        CommandId: commandId,
        Details: true,
        MaxResults: MOST_PER_COMMAND,
        ...(token !== undefined && { NextToken: token }),
      }),
    )
    found.push(...(page.CommandInvocations ?? []))
    token = page.NextToken || undefined
  } while (token !== undefined)
  return found.flatMap(readInvocation)
}

const readInvocation = (invocation: CommandInvocation): Invocation[] => {
  if (!invocation.InstanceId) return []
  const { InstanceId: instanceId, Status: status, StatusDetails: details } = invocation
  const outputs = (invocation.CommandPlugins ?? []).map((plugin) => plugin.Output ?? '')
  return [
    {
      instanceId,
      phase: phaseOf(status, details),
      detail: details || status || 'Unknown',
      output: outputs.find((output) => output !== '') ?? '',
    },
  ]
}

/**
 * The standard output of one invocation, cut by Systems Manager after 24,000 characters; empty where it no longer
 * exists: one instance's history that has gone must not keep the others from being judged.
 */
export const fullOutput = async (ssm: SSMClient, commandId: string, instanceId: string): Promise<string> => {
  try {
    const input = { CommandId: commandId, InstanceId: instanceId }
    return (await ssm.send(new GetCommandInvocationCommand(input))).StandardOutputContent ?? ''
  } catch (error) {
    if (error instanceof Error && error.name === 'InvocationDoesNotExist') return ''
    throw error
  }
}

/**
 * Whether all of the instances have answered, or the rest never will, by the command's own counts: the list of its
 * invocations would show what other commands of the account printed, too. Right after a command was sent it may not be
 * listed yet; an instance that is gone gets no invocation and is not counted.
 */
export const commandProgress = async (
  ssm: SSMClient,
  commandId: string,
  instanceIds: string[],
): Promise<CommandProgress> => {
  const command = await findCommand(ssm, commandId)
  if (command === undefined) return { done: false, answered: 0 }
  const { CompletedCount: answered = 0, TargetCount: reached } = command
  const over = phaseOf(command.Status, command.StatusDetails) !== 'waiting'
  const done = over || answered >= instanceIds.length
  return { done, answered, ...(reached !== undefined && { reached }) }
}

/** Pages may be short, even empty, and still go on. */
const findCommand = async (ssm: SSMClient, commandId: string): Promise<Command | undefined> => {
  let token: string | undefined
  do {
    const { Commands: [command] = [], NextToken } = await ssm.send(
      new ListCommandsCommand({ CommandId: commandId, ...(token !== undefined && { NextToken: token }) }),
    )
    if (command) return command
    token = NextToken || undefined
  } while (token !== undefined)
  return undefined
}
