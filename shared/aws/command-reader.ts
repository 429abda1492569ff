import type { SSMClient } from '@aws-sdk/client-ssm'
import type { ScanTarget } from '../config/scanner-config.ts'
import { fullOutput, type Invocation, listInvocations } from './commands.ts'

/** What judging needs of one account and region: reading answers, nothing more. */
export type CommandReader = {
  invocations(commandId: string): Promise<Invocation[]>
  fullOutput(commandId: string, instanceId: string): Promise<string>
}

/** The pool is of the reader's role. */
export const commandReader =
  (clients: (target: ScanTarget) => { ssm: SSMClient }) =>
  (target: ScanTarget): CommandReader => ({
    invocations: async (commandId) => listInvocations(clients(target).ssm, commandId),
    fullOutput: async (commandId, instanceId) => fullOutput(clients(target).ssm, commandId, instanceId),
  })
