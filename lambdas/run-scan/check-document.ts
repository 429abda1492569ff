import type { DurableContext } from '@aws/durable-execution-sdk-js'
import type { DocumentCheck } from '../../shared/aws/check-document.ts'
import type { ScanTarget } from '../../shared/config/scanner-config.ts'
import type { RunScanDeps } from './deps.ts'
import { reasonOf, retrying } from './steps.ts'

/** `unread`: nobody could look. */
export type CheckedDocument = DocumentCheck | { state: 'unread'; problem: string }

/** Holds the document of a target against the collector of this release, in a step. Never fails. */
export const checkDocument = async (
  { ctx, deps }: { ctx: DurableContext; deps: Pick<RunScanDeps, 'access'> },
  target: ScanTarget,
): Promise<CheckedDocument> => {
  try {
    return await ctx.step('document', async () => deps.access(target).document(), retrying)
  } catch (error) {
    return { state: 'unread', problem: `its document could not be read: ${reasonOf(error)}` }
  }
}
