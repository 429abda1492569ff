import type { ScannerConfig, ScanTarget } from '../config/scanner-config.ts'
import { checkDocument, type DocumentCheck } from './check-document.ts'
import {
  type CommandProgress,
  type CommandRequest,
  cancelCommand,
  commandProgress,
  sendCommand,
} from './commands.ts'
import { type CommandDocument, collectorDocument } from './document.ts'
import { type Inventory, type KnownInstance, takeInventory } from './inventory.ts'
import type { SenderClients } from './sender-clients.ts'
import { type Survey, type SurveyQuestion, takeSurvey } from './survey.ts'

/** What a scan does in one account and region: the only way from run-scan to EC2 and Systems Manager. */
export type TargetAccess = {
  /** `only`: lists these ids alone, and looks for no others that earlier scans saw. */
  inventory(known: KnownInstance[], only?: string[]): Promise<Inventory>
  /** The inventory of a dry run, which tells more. */
  survey(known: KnownInstance[], question: SurveyQuestion): Promise<Survey>
  /** Whether the document that would be sent is there, and holds the collector of this release. */
  document(): Promise<DocumentCheck>
  send(request: Omit<CommandRequest, 'documentName'>): Promise<string>
  progress(commandId: string, instanceIds: string[]): Promise<CommandProgress>
  cancel(commandId: string): Promise<void>
}

/** `own`: the document of this release; the pool is of the sender's role. */
export const targetAccess =
  (
    clients: (target: ScanTarget) => SenderClients,
    config: ScannerConfig,
    own: Pick<CommandDocument, 'name' | 'hash'> = collectorDocument(),
  ) =>
  (target: ScanTarget): TargetAccess => ({
    inventory: async (known, only) => takeInventory(clients(target), target, known, config, only),
    survey: async (known, question) => takeSurvey(clients(target), target, known, config, question),
    document: async () => checkDocument(clients(target).ssm, own),
    send: async (request) => sendCommand(clients(target).ssm, { ...request, documentName: own.name }),
    progress: async (commandId, ids) => commandProgress(clients(target).ssm, commandId, ids),
    cancel: async (commandId) => cancelCommand(clients(target).ssm, commandId),
  })
