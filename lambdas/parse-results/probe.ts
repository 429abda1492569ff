import * as z from 'zod'
import { type ParseResultsDeps, target } from './parse-results.ts'

/** Asks whether answers of a target could be read, without reading any: what `doctor` wants to know before a scan. */
export const probeEvent = z.strictObject({ probe: target })
export type ProbeEvent = z.infer<typeof probeEvent>

/** No command of Systems Manager has this id. */
const NO_COMMAND = '00000000-0000-0000-0000-000000000000'

/** Throws what keeps answers of the target from being read: a role that cannot be assumed, or that lacks a right. */
export const probe = async ({ probe }: ProbeEvent, deps: Pick<ParseResultsDeps, 'reader'>): Promise<void> => {
  try {
    await deps.reader(probe).invocations(NO_COMMAND)
  } catch (error) {
    if (!(error instanceof Error && error.name === 'InvalidCommandId')) throw error
  }
}
