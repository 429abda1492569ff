import type { ScannerConfig, ScanTarget } from '../config/scanner-config.ts'
import type { TargetClients } from './clients.ts'
import {
  type CommandProgress,
  type CommandRequest,
  cancelCommand,
  commandProgress,
  fullOutput,
  type Invocation,
  listInvocations,
  sendCommand,
} from './commands.ts'
import { type Inventory, type KnownInstance, takeInventory } from './inventory.ts'

/** What a scan does in one account and region: the only way from the functions to EC2 and Systems Manager. */
export type TargetAccess = {
  /** `only`: lists these ids alone, and looks for no others that earlier scans saw. */
  inventory(known: KnownInstance[], only?: string[]): Promise<Inventory>
  send(request: Omit<CommandRequest, 'documentName'>): Promise<string>
  progress(commandId: string, instanceIds: string[]): Promise<CommandProgress>
  cancel(commandId: string): Promise<void>
}

/** What judging needs of one account and region: reading answers, nothing more. */
export type CommandReader = {
  invocations(commandId: string): Promise<Invocation[]>
  fullOutput(commandId: string, instanceId: string): Promise<string>
}

export const targetAccess =
  (clients: (target: ScanTarget) => TargetClients, config: ScannerConfig) =>
  (target: ScanTarget): TargetAccess => ({
    inventory: async (known, only) => takeInventory(clients(target), target, known, config, only),
    send: async (request) =>
      sendCommand(clients(target).ssm, { ...request, documentName: config.documentName }),
    progress: async (commandId, ids) => commandProgress(clients(target).ssm, commandId, ids),
    cancel: async (commandId) => cancelCommand(clients(target).ssm, commandId),
  })

export const commandReader =
  (clients: (target: ScanTarget) => TargetClients) =>
  (target: ScanTarget): CommandReader => ({
    invocations: async (commandId) => listInvocations(clients(target).ssm, commandId),
    fullOutput: async (commandId, instanceId) => fullOutput(clients(target).ssm, commandId, instanceId),
  })
