import type { Paint } from '../report/grid.ts'
import { plainText } from '../report/plain-text.ts'
import { HUB_KEEPS_DAYS, WHYS, type Why } from './plan-push.ts'
import type { TargetPush } from './push-target.ts'

/** More would bury the rest; JSON has all. */
const MOST_REJECTED = 20

/** Whether everything that was due has got there. */
export const pushWent = (went: TargetPush[]): boolean =>
  went.every(({ rejected, problem }) => rejected.length === 0 && problem === undefined)

/** What is printed as JSON: `docs/reports.md` describes it. */
export const pushJson = (went: TargetPush[], isDry: boolean): object => ({
  kind: 'fleet-scanner/push',
  schemaVersion: 1,
  dryRun: isDry,
  targets: went,
})

/** A line for each account and region, below it what was not taken and why; at the end the sum. */
export const pushTable = (went: TargetPush[], isDry: boolean, paint: Paint): string => {
  const lines = went.flatMap((each) => [
    `${each.account}/${each.region}: ${sentOf(each.sent, isDry)}, ${each.unchanged} unchanged`,
    ...problemLines(each, paint),
    ...stayingLines(each),
    ...rejectedLines(each, paint),
  ])
  return `${[...lines, sumOf(went, isDry)].join('\n')}\n`
}

const sentOf = (sent: Record<Why, number>, isDry: boolean): string => {
  const parts = WHYS.flatMap((why) => (sent[why] > 0 ? `${sent[why]} ${why}` : []))
  const many = total(sent)
  return `${many} ${isDry ? 'would be sent' : 'sent'}${parts.length > 0 ? ` (${parts.join(', ')})` : ''}`
}

const problemLines = ({ problem, unsent }: TargetPush, paint: Paint): string[] =>
  problem === undefined
    ? []
    : [`  ${paint('fail', unsent > 0 ? `${unsent} not sent` : 'problem')}: ${plainText(problem, 800)}`]

const stayingLines = ({ staying }: TargetPush): string[] =>
  staying === 0
    ? []
    : [
        `  ${staying} left there as last sent: the last scan did not look at them. If their target was taken out of the configuration, put it back, scan and push to close them; else they expire ${HUB_KEEPS_DAYS} days after they were sent`,
      ]

const rejectedLines = ({ rejected }: TargetPush, paint: Paint): string[] => {
  const shown = rejected
    .slice(0, MOST_REJECTED)
    .map(
      ({ id, code, message }) =>
        `  ${paint('fail', 'rejected')} ${plainText(id, 600)}: ${plainText(code)}: ${plainText(message, 400)}`,
    )
  const more = rejected.length - shown.length
  return more > 0 ? [...shown, `  and ${more} more, which --format json shows`] : shown
}

const sumOf = (went: TargetPush[], isDry: boolean): string => {
  const add = (of: (each: TargetPush) => number) => went.reduce((sum, each) => sum + of(each), 0)
  const [sent, rejected, unsent] = [
    add((each) => total(each.sent)),
    add((each) => each.rejected.length),
    add((each) => each.unsent),
  ]
  const rest = [
    ...(rejected > 0 ? [`${rejected} rejected`] : []),
    ...(unsent > 0 ? [`${unsent} not sent`] : []),
  ]
  return `Security Hub: ${[`${sent} ${isDry ? 'would be sent' : 'sent'}`, ...rest].join(', ')}`
}

const total = (sent: Record<Why, number>): number => WHYS.reduce((sum, why) => sum + sent[why], 0)
