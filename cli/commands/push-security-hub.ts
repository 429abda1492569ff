import { readFile } from 'node:fs/promises'
import { importFindings, securityHubOf } from '../../shared/aws/security-hub.ts'
import { ConfigError } from '../../shared/config/config-error.ts'
import { parseConfig } from '../../shared/config/parse-config.ts'
import { type ScannerConfig, type ScanTarget, scanTargets } from '../../shared/config/scanner-config.ts'
import { pushJson, pushTable, pushWent } from '../../shared/push/push-table.ts'
import { type PushDeps, pushTarget, type TargetPush } from '../../shared/push/push-target.ts'
import { PushProblem } from '../../shared/push/send-due.ts'
import { shortTime } from '../../shared/report/findings-table.ts'
import { type AsffFinding, asffFindings } from '../../shared/report/formats/asff.ts'
import { renderJson, renderJsonl } from '../../shared/report/json.ts'
import { plainText } from '../../shared/report/plain-text.ts'
import { ruleIds } from '../../shared/rules/load.ts'
import { atOnce, slotsOf } from '../../shared/store/at-once.ts'
import type { Store, TargetKey } from '../../shared/store/store.ts'
import { EXIT, type ExitCode, UsageError } from '../exit-code.ts'
import { type Globals, painter, printResults, say } from '../output.ts'
import { placeOf, readStore } from '../read-store.ts'
import type { ReportOptions } from '../report-options.ts'
import { type PushRequest, pushRequestOf } from '../report-push-options.ts'
import { readReport } from '../report-read.ts'

/** Each account and region has a quota of its own. */
const TARGETS_AT_ONCE = 4

/**
 * Sends the findings as they stand to Security Hub, in the account and region of each; only what changed, and what would
 * expire there. Exit code 3 where anything that was due did not get there.
 */
export const pushSecurityHub = async (options: ReportOptions, globals: Globals): Promise<ExitCode> => {
  const now = new Date()
  const request = pushRequestOf(options, globals, now)
  const place = placeOf(globals)
  const config = await configOf(request.configFile)
  const work = (store: Store) => push(store, config, request, globals, now)
  if (place === 'stack') return readStore(globals, work)
  const { withLocalHub } = await import('./push-local.ts')
  return withLocalHub(globals, request, work)
}

const configOf = async (file: string): Promise<ScannerConfig> => {
  try {
    const text = await readFile(file, 'utf8').catch((error: Error) => {
      throw new ConfigError(file, undefined, `cannot be read (${error.message}); name an existing file`)
    })
    const config = parseConfig(text, file, ruleIds())
    if (config.securityHub) return config
    throw new ConfigError(
      file,
      undefined,
      '`securityHub` is missing, without which there is no role that may send findings; add it with who may take that role under `pushers`, and deploy the member stacks again',
    )
  } catch (error) {
    if (error instanceof ConfigError) throw new UsageError(error.message)
    throw error
  }
}

const push = async (
  store: Store,
  config: ScannerConfig,
  request: PushRequest,
  globals: Globals,
  now: Date,
): Promise<ExitCode> => {
  const { question, isDry } = request
  const report = await readReport(store, question, now)
  if (!report) {
    say(`as of ${shortTime(question.at)}: no scan of the whole fleet had ended yet; nothing is sent`)
    return EXIT.notAssessed
  }
  const targets = new Map(
    scanTargets(config, await accountsIn(store, config)).map((each) => [key(each), each]),
  )
  const isPart = Object.keys(question.scope).length > 0
  const groups = Map.groupBy(asffFindings(report), ({ AwsAccountId, Region }) => `${AwsAccountId}/${Region}`)
  // Those too of which the report has nothing any more.
  const known = isPart ? [] : (await store.targets()).map(key)
  const one = pushOne(store, { ...request, isPart }, globals, now)
  const pushes = await atOnce(
    [...new Set([...groups.keys(), ...known])].sort(),
    slotsOf(TARGETS_AT_ONCE),
    (place) => one(place, targets.get(place), groups.get(place) ?? []),
  )
  const went = pushes.filter(
    (each) => groups.has(key(each)) || each.staying > 0 || each.problem !== undefined,
  )
  const text = {
    table: () => pushTable(went, isDry, painter(globals)),
    json: () => renderJson(pushJson(went, isDry)),
    jsonl: () => renderJsonl(went),
  }[globals.format]()
  await printResults(globals, text)
  const { scanId, closedAt } = report.scan
  say(`as of ${shortTime(report.at)}: scan ${plainText(scanId)}, closed ${shortTime(closedAt)}`)
  return pushWent(went) ? EXIT.nothingFails : EXIT.notAssessed
}

/** The accounts of organizational units, as the last scan saw them. */
const accountsIn = async (
  store: Pick<Store, 'unit'>,
  { targets }: ScannerConfig,
): Promise<Map<string, string[]>> => {
  const units = [...new Set(targets.flatMap(({ organizationalUnits = [] }) => organizationalUnits))]
  return new Map(await Promise.all(units.map(async (id) => [id, (await store.unit(id)) ?? []] as const)))
}

/** Pushes the findings of one account and region; `target` absent: the configuration does not have it. */
const pushOne =
  (
    store: Pick<Store, 'pushed' | 'putPushed'>,
    { isDry, isAll, isPart, configFile }: PushRequest & { isPart: boolean },
    { profile }: Globals,
    now: Date,
  ) =>
  async (name: string, target: ScanTarget | undefined, findings: AsffFinding[]): Promise<TargetPush> => {
    const [account = '', region = ''] = name.split('/')
    const place = { account, region }
    const deps: PushDeps = {
      ...{ now: () => now, all: isAll, isPart },
      ledger: (of) => store.pushed(of).catch(problem('what was sent before cannot be read')),
      keep: (of, next, seen) =>
        store.putPushed(of, next, seen).catch(problem('what is sent cannot be kept in the table')),
    }
    if (!target) return pushTarget(place, findings, { ...deps, send: noTarget(place, configFile) })
    if (isDry) return pushTarget(place, findings, deps)
    const client = securityHubOf(target, { profile })
    try {
      const send: PushDeps['send'] = (_, batch) => importFindings(client, target, batch)
      return await pushTarget(place, findings, { ...deps, send })
    } finally {
      client.destroy()
    }
  }

/** It stops no other target. */
const problem =
  (what: string) =>
  (cause: Error): never => {
    const mend =
      cause.name === 'AccessDeniedException' ? '; the rights that a push needs stand in docs/reports.md' : ''
    throw new PushProblem(`${what}: ${cause.message}${mend}`, { cause })
  }

const noTarget = ({ account, region }: TargetKey, configFile: string): string =>
  `${account} in ${region} is no target of ${configFile}, so the role there is not known; add it, or name the file that the stack was deployed with`

const key = ({ account, region }: TargetKey): string => `${account}/${region}`
