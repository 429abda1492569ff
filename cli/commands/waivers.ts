import { renderJson, renderJsonl } from '../../shared/report/json.ts'
import { waiverLine } from '../../shared/report/waivers-table.ts'
import { loadRules } from '../../shared/rules/load.ts'
import { grantWaiver, takeBackWaiver, WaiverRefusedError } from '../../shared/waivers/grant.ts'
import type { Waiver, WaiverRequest } from '../../shared/waivers/waiver.ts'
import {
  requestOf,
  type WaiverEntry,
  WaiverEntryError,
  waiverEntrySchema,
} from '../../shared/waivers/waiver-entry.ts'
import { asCaller } from '../caller.ts'
import { EXIT, type ExitCode, UsageError } from '../exit-code.ts'
import { checkOutput, type Globals, printResults } from '../output.ts'

export type AddOptions = WaiverEntry
export type ListOptions = { all?: boolean; id?: string; problems?: boolean; log?: boolean; on?: string }
export type ApplyOptions = { file: string; dryRun?: boolean }

/** Adds one waiver in the caller's name. */
export const addWaiver = async (options: AddOptions, globals: Globals): Promise<ExitCode> => {
  checkOutput(globals)
  const request = requested(options)
  const added = await mendable(
    asCaller(globals, (store, who) => grantWaiver(store, request, { who, at: new Date().toISOString() })),
  )
  await printOne(added, `added ${waiverLine(added)}`, globals)
  return EXIT.nothingFails
}

/** Ends a waiver now. Its record, and every change of it, stays. */
export const removeWaiver = async (id: string, globals: Globals): Promise<ExitCode> => {
  checkOutput(globals)
  const gone = await mendable(
    asCaller(globals, (store, who) => takeBackWaiver(store, id, { who, at: new Date().toISOString() })),
  )
  await printOne(gone, `removed ${waiverLine(gone)}`, globals)
  return EXIT.nothingFails
}

/** The same, with what is not granted as a UsageError that names the option. */
const mendable = <T>(promise: Promise<T>): Promise<T> =>
  promise.catch((error: unknown) => {
    if (!(error instanceof WaiverRefusedError)) throw error
    throw new UsageError(`${error.field === undefined ? '' : `${optionOf(error.field)}: `}${error.message}`)
  })

const requested = (options: AddOptions): WaiverRequest => {
  const { rule, instance, cluster, account, tag, reason, ticket, approvedBy, until } = options
  const given = { rule, instance, cluster, account, tag, reason, ticket, approvedBy, until }
  const entry = waiverEntrySchema.safeParse(given)
  if (entry.error) {
    const [issue] = entry.error.issues
    throw new UsageError(`${optionOf(String(issue?.path[0] ?? ''))} ${issue?.message ?? 'is wrong'}`)
  }
  try {
    return requestOf(
      entry.data,
      loadRules().map(({ id }) => id),
    )
  } catch (error) {
    if (!(error instanceof WaiverEntryError)) throw error
    throw new UsageError(`${error.field === undefined ? '' : `${optionOf(error.field)}: `}${error.message}`)
  }
}

const optionOf = (field: string): string => (field === 'approvedBy' ? '--approved-by' : `--${field}`)

const printOne = async (waiver: Waiver, line: string, globals: Globals): Promise<void> => {
  const text = {
    table: () => `${line}\n`,
    json: () => renderJson(waiver),
    jsonl: () => renderJsonl([waiver]),
  }[globals.format]()
  await printResults(globals, text)
}
