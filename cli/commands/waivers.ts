import { renderJson, renderJsonl } from '../../shared/report/json.ts'
import { dayOf, waiverLine } from '../../shared/report/waivers-table.ts'
import { loadRules } from '../../shared/rules/load.ts'
import type { Store } from '../../shared/store/store.ts'
import { problemOf, type WaiverPolicy } from '../../shared/waivers/policy.ts'
import { granted, heldFor, removed } from '../../shared/waivers/revisions.ts'
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
  const added = await asCaller(globals, async (store, who) => {
    const act = { who, at: new Date().toISOString() }
    const problem = problemOf(request, who, await policyOf(store), act.at)
    if (problem) throw new UsageError(`${optionOf(problem.field)}: ${problem.text}`)
    const stored = await store.waivers()
    const held = heldFor(stored, request, act.at)
    if (held) throw new UsageError(alreadyWaived(held))
    const waiver = granted(request, act, stored)
    if (!(await store.putWaiver(waiver, undefined))) throw changedMeanwhile(waiver.id)
    return waiver
  })
  await printOne(added, `added ${waiverLine(added)}`, globals)
  return EXIT.nothingFails
}

/** Ends a waiver now. Its record, and every change of it, stays. */
export const removeWaiver = async (id: string, globals: Globals): Promise<ExitCode> => {
  checkOutput(globals)
  const gone = await asCaller(globals, async (store, who) => {
    const waiver = (await store.waivers()).find((each) => each.id === id)
    if (waiver === undefined)
      throw new UsageError(`there is no waiver ${id}; fleet-scanner waivers list has their ids`)
    if (waiver.removed)
      throw new UsageError(
        `waiver ${id} was already removed on ${dayOf(waiver.removed.at)} by ${waiver.removed.by}`,
      )
    const next = removed(waiver, { who, at: new Date().toISOString() })
    if (!(await store.putWaiver(next, waiver))) throw changedMeanwhile(id)
    return next
  })
  await printOne(gone, `removed ${waiverLine(gone)}`, globals)
  return EXIT.nothingFails
}

/**
 * What the deployed configuration demands. Unknown before the first scan: then nothing is granted, since it might demand
 * more.
 */
export const policyOf = async (store: Store): Promise<WaiverPolicy> => {
  const settings = await store.settings()
  if (settings) return settings.waivers
  throw new UsageError(
    'no scan has said yet what its configuration demands of waivers (settings `waivers`); run a scan first',
  )
}

/** Somebody else was faster: what was decided on is no longer so. */
export const changedMeanwhile = (id: string): UsageError =>
  new UsageError(`waiver ${id} was changed by somebody else meanwhile; look at it, and try again`)

const alreadyWaived = ({ id, until }: Waiver): string =>
  `${id} waives this already, until ${dayOf(until)}; to change it, remove it first, or use waivers apply`

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
