import type { CoverageState } from '../findings/coverage.ts'
import { grid, type Paint } from './grid.ts'
import { plainText } from './plain-text.ts'

type Instance = { instanceId: string; cluster?: string }

/** What a scan would do. Texts may come from tags. */
export type Plan = {
  document: { name: string; collectorHash: string }
  targets: {
    account: string
    region: string
    toScan: Instance[]
    skipped: (Instance & { state: CoverageState; detail?: string })[]
    canary?: string
    /** Why those to scan would get nothing. */
    documentProblem?: string
    error?: string
  }[]
}

/** The document, then each target with its instances: those that would get it, and the others with their reason. */
export const renderPlan = (plan: Plan, paint: Paint): string => {
  const { name, collectorHash } = plan.document
  const instances = plan.targets.reduce(
    (sum, { toScan, documentProblem }) => sum + (documentProblem === undefined ? toScan.length : 0),
    0,
  )
  return [
    `document ${plainText(name)}, collector ${collectorHash}`,
    ...plan.targets.flatMap((target) => ['', ...targetLines(target, paint)]),
    '',
    `${instances} ${instances === 1 ? 'instance' : 'instances'} of ${plan.targets.length} ${plan.targets.length === 1 ? 'target' : 'targets'} would get it`,
    '',
  ].join('\n')
}

const targetLines = (
  { account, region, toScan, skipped, canary, documentProblem, error }: Plan['targets'][number],
  paint: Paint,
): string[] => {
  const place = paint('bold', `${account}/${region}`)
  const title = documentProblem === undefined ? place : `${place}: ${plainText(documentProblem, 500)}`
  if (error !== undefined) return [`${place}: its instances could not be listed: ${plainText(error, 500)}`]
  const gets = documentProblem === undefined ? 'gets it' : 'withheld'
  const rows = [
    ...toScan.map((each) => [gets, each, each.instanceId === canary ? 'first, as canary' : ''] as const),
    ...skipped.map((each) => [each.state, each, each.detail ?? ''] as const),
  ]
  if (rows.length === 0) return [...(title === place ? [] : [title]), `${place}: no instance has the tags`]
  const cells = rows.map(([state, { instanceId, cluster = '' }, detail]) => [
    state,
    plainText(instanceId),
    plainText(cluster),
    plainText(detail),
  ])
  return [title, ...grid(['', 'INSTANCE', 'CLUSTER', 'DETAIL'], cells, paint).map((line) => `  ${line}`)]
}
