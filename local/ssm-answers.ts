import type { Command, Invocation } from './ssm-commands.ts'
import { joinedOutput, streamOutput } from './ssm-output.ts'

const seconds = (date: Date): number => date.getTime() / 1000

/** A command as SendCommand and ListCommands show it; its status is the worst of its invocations, once all ended. */
export const commandAnswer = (command: Command): object => {
  const { invocations } = command
  const ended = invocations.filter((invocation) => invocation.endedAt !== undefined)
  const [Status, StatusDetails] = commandStatus(invocations)
  return {
    CommandId: command.id,
    DocumentName: command.document.name,
    DocumentVersion: '1',
    Comment: command.comment,
    ExpiresAfter: seconds(command.expiresAt),
    Parameters: {},
    InstanceIds: command.instanceIds,
    Targets: command.targets,
    RequestedDateTime: seconds(command.requestedAt),
    Status,
    StatusDetails,
    TargetCount: invocations.length,
    CompletedCount: ended.length,
    ErrorCount: ended.filter((i) => i.details === 'Failed' || i.details === 'ExecutionTimedOut').length,
    DeliveryTimedOutCount: ended.filter((i) => i.details === 'DeliveryTimedOut').length,
    TimeoutSeconds: command.timeoutSeconds,
  }
}

const commandStatus = (invocations: Invocation[]): [status: string, details: string] => {
  if (invocations.length === 0) return ['Success', 'NoInstancesInTag']
  if (invocations.some((i) => i.endedAt === undefined))
    return invocations.every((i) => i.status === 'Pending')
      ? ['Pending', 'Pending']
      : ['InProgress', 'InProgress']
  const worst = (['Cancelled', 'Failed', 'TimedOut'] as const)
    .map((status) => invocations.find((invocation) => invocation.status === status))
    .find((invocation) => invocation !== undefined)
  return worst === undefined ? ['Success', 'Success'] : [worst.status, worst.details]
}

/** An entry of ListCommandInvocations; with `details` also the output, cut as Systems Manager cuts it. */
export const invocationAnswer = (command: Command, invocation: Invocation, details: boolean): object => ({
  CommandId: command.id,
  InstanceId: invocation.instance.id,
  InstanceName: '',
  Comment: command.comment,
  DocumentName: command.document.name,
  DocumentVersion: '1',
  RequestedDateTime: seconds(command.requestedAt),
  Status: invocation.status,
  StatusDetails: invocation.details,
  StandardOutputUrl: '',
  StandardErrorUrl: '',
  CommandPlugins: details && invocation.startedAt !== undefined ? [plugin(command, invocation)] : [],
})

const plugin = (command: Command, invocation: Invocation): object => ({
  Name: command.document.stepName,
  Status: invocation.status,
  StatusDetails: invocation.details,
  ResponseCode: invocation.exitCode,
  ResponseStartDateTime: invocation.startedAt && seconds(invocation.startedAt),
  ResponseFinishDateTime: invocation.endedAt && seconds(invocation.endedAt),
  Output: joinedOutput(invocation.stdout, invocation.stderr),
  StandardOutputUrl: '',
  StandardErrorUrl: '',
})

/** GetCommandInvocation's answer: both streams apart, each with a wider limit. */
export const invocationOutput = (command: Command, invocation: Invocation): object => ({
  CommandId: command.id,
  InstanceId: invocation.instance.id,
  Comment: command.comment,
  DocumentName: command.document.name,
  DocumentVersion: '1',
  PluginName: command.document.stepName,
  ResponseCode: invocation.exitCode,
  ExecutionStartDateTime: invocation.startedAt?.toISOString() ?? '',
  ExecutionEndDateTime: invocation.endedAt?.toISOString() ?? '',
  Status: invocation.status,
  StatusDetails: invocation.details,
  StandardOutputContent: streamOutput(invocation.stdout),
  StandardOutputUrl: '',
  StandardErrorContent: streamOutput(invocation.stderr),
  StandardErrorUrl: '',
})
