import type { ScanPlan, TargetPlan } from '../../lambdas/run-scan/deps.ts'
import { renderJson, renderJsonl } from '../../shared/report/json.ts'
import { plainText } from '../../shared/report/plain-text.ts'
import { renderPlan } from '../../shared/report/plan-table.ts'
import { EXIT, type ExitCode } from '../exit-code.ts'
import { type Globals, painter, printResults, say } from '../output.ts'

/** Prints what a scan would do. As JSON Lines: an instance a line. */
export const printPlan = async (plan: ScanPlan, globals: Globals): Promise<ExitCode> => {
  const text = {
    table: () => renderPlan(plan, painter(globals)),
    json: () => renderJson(plan),
    jsonl: () => renderJsonl(plan.targets.flatMap((target) => linesOf(plan, target))),
  }[globals.format]()
  await printResults(globals, text)
  for (const error of plan.targetErrors ?? []) say(plainText(error, 500))
  const problems = plan.targets.flatMap(({ account, region, error, documentProblem }) => [
    ...(error === undefined ? [] : [`${account}/${region}: its instances could not be listed: ${error}`]),
    ...(documentProblem === undefined ? [] : [`${account}/${region}: ${documentProblem}`]),
  ])
  for (const problem of problems) say(plainText(problem, 600))
  say('this was a dry run: nothing was sent, nothing was written')
  return problems.length > 0 || plan.targetErrors ? EXIT.notAssessed : EXIT.nothingFails
}

const linesOf = (
  { document }: ScanPlan,
  { account, region, toScan, skipped, canary, documentProblem }: TargetPlan,
): object[] => [
  ...toScan.map((instance) => ({
    ...{ account, region, ...instance },
    state: documentProblem === undefined ? 'to-scan' : 'withheld',
    document: document.name,
    collectorHash: document.collectorHash,
    canary: instance.instanceId === canary,
  })),
  ...skipped.map((instance) => ({ account, region, ...instance })),
]
