import { readFile } from 'node:fs/promises'
import { ConfigError } from '../../shared/config/config-error.ts'
import { renderJson, renderJsonl } from '../../shared/report/json.ts'
import { renderPlan } from '../../shared/report/waivers-table.ts'
import { loadRules } from '../../shared/rules/load.ts'
import type { Store } from '../../shared/store/store.ts'
import { changedMeanwhile, policyOf, WaiverRefusedError } from '../../shared/waivers/grant.ts'
import { type PlannedChange, planOf } from '../../shared/waivers/plan.ts'
import { problemOf } from '../../shared/waivers/policy.ts'
import type { Act } from '../../shared/waivers/revisions.ts'
import { readWaiverFile, type WaiverFile } from '../../shared/waivers/waiver-file.ts'
import { asCaller } from '../caller.ts'
import { EXIT, type ExitCode, UsageError } from '../exit-code.ts'
import { checkOutput, type Globals, printResults, say } from '../output.ts'
import type { ApplyOptions } from './waivers.ts'

/** Makes the waivers equal to a file, in the caller's name, or only shows what that would change. */
export const applyWaivers = async (
  { file, dryRun = false }: ApplyOptions,
  globals: Globals,
): Promise<ExitCode> => {
  checkOutput(globals)
  const rules = loadRules().map(({ id }) => id)
  const wanted = await mendable(readText(file).then((text) => readWaiverFile(text, file, rules)))
  const plan = await mendable(
    asCaller(globals, async (store, who) => {
      const act = { who, at: new Date().toISOString() }
      const changes = await checkedPlan(store, wanted, act)
      // One by one, so that what was done before a failure is whole; the same file does the rest.
      if (!dryRun) for (const { next, seen } of changes) await put(store, next, seen)
      return { changes, act }
    }),
  )
  const over = wanted.requests.filter(({ until }) => until < plan.act.at).length
  if (over > 0) say(`${over} of ${wanted.requests.length} waivers in ${file} are over, and waive nothing`)
  const { changes } = plan
  const text = {
    table: () => renderPlan(changes, dryRun),
    json: () => renderJson(changes.map(asJson)),
    jsonl: () => renderJsonl(changes.map(asJson)),
  }[globals.format]()
  await printResults(globals, text)
  return EXIT.nothingFails
}

/** The same, with what is wrong in the file, or not granted, as a UsageError. */
const mendable = <T>(promise: Promise<T>): Promise<T> =>
  promise.catch((error: unknown) => {
    const isMendable = error instanceof ConfigError || error instanceof WaiverRefusedError
    throw isMendable ? new UsageError(error.message) : error
  })

const readText = async (file: string): Promise<string> => {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    throw new UsageError(`${file} cannot be read (${error instanceof Error ? error.message : error})`)
  }
}

/** What was granted before and stays as it is, is not asked again. Throws ConfigError. */
const checkedPlan = async (store: Store, file: WaiverFile, act: Act): Promise<PlannedChange[]> => {
  const policy = await policyOf(store)
  const changes = planOf(file.requests, await store.waivers(), act)
  for (const { what, next } of changes) {
    const problem = what === 'remove' ? undefined : problemOf(next, act.who, policy, act.at)
    if (problem) throw file.problemAt(next, problem.field, `\`${problem.field}\`: ${problem.text}`)
  }
  return changes
}

const put = async (store: Store, next: PlannedChange['next'], seen: PlannedChange['seen']): Promise<void> => {
  if (!(await store.putWaiver(next, seen))) throw changedMeanwhile(next.id)
}

const asJson = ({ what, next, differences }: PlannedChange) => ({
  what,
  ...(what === 'change' && { differences }),
  waiver: next,
})
