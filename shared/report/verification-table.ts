import type {
  Difference,
  Disagreement,
  RuleProblem,
  Unverifiable,
  Verification,
} from '../history/verify-evidence.ts'
import { paintStatus, shortTime } from './findings-table.ts'
import type { Paint } from './grid.ts'
import { plainText } from './plain-text.ts'

/** `34 verdicts on 12 pieces of evidence, judged again by engine 1: 32 agree, 2 differ`. One line. */
export const verificationLine = (result: Verification): string => {
  const { verdicts, pieces, engineVersion, agree, disagree, differ, unverifiable, changedRules } = result
  const on = `${counted(verdicts, 'verdict')} on ${counted(pieces, 'piece')} of evidence`
  const parts = [
    `${agree} agree`,
    ...(disagree.length > 0 ? [altered(disagree.length)] : []),
    ...(differ.length > 0 ? [`${differ.length} differ`] : []),
    ...(unverifiable.length > 0 ? [`${unverifiable.length} cannot be judged again`] : []),
    ...(changedRules.length > 0
      ? [`${counted(changedRules.length, 'rule')} changed without a new version`]
      : []),
  ]
  return `${on}, judged again by engine ${engineVersion}: ${parts.join(', ')}`
}

/** What is wrong first, then what differs and what cannot be judged again, each with its why, and the counts. Ends with a line break. */
export const renderVerification = (result: Verification, paint: Paint): string => {
  const lines = [
    ...result.changedRules.map(changedRule),
    ...result.disagree.flatMap((each) => disagreement(each, paint)),
    ...result.differ.flatMap((each) => difference(each, paint)),
    ...result.unverifiable.map(unverifiable),
  ]
  return [...lines, ...(lines.length > 0 ? [''] : []), verificationLine(result), ''].join('\n')
}

const changedRule = ({ ruleId, problem }: RuleProblem): string =>
  `${plainText(ruleId)}  ${plainText(problem)}`

const disagreement = (each: Disagreement, paint: Paint): string[] => {
  const { instanceId, control, at, said, judged, differsIn, evidenceHash, scanId } = each
  const by = `engine ${plainText(each.engineVersion)}, rule ${plainText(each.ruleVersion)}`
  const verdict = `${shortTime(at)} ${paintStatus(said.status, paint)} ${plainText(said.reason)}`
  const gives = `${paintStatus(judged.status, paint)} ${plainText(judged.reason)}`
  return [
    `${plainText(instanceId)}  ${plainText(control)}  ${verdict}, for which its own ${by} give ${gives}`,
    `  was altered, or judging is not repeatable: ${plainText(differsIn.join(', '))}; scan ${plainText(scanId)}, evidence ${plainText(evidenceHash).slice(0, 12)}`,
  ]
}

const difference = (each: Difference, paint: Paint): string[] => {
  const { instanceId, control, from, fromReason = '', to, reason, restates, message, appended } = each
  const said = `${from === undefined ? '' : paintStatus(from, paint)} ${plainText(fromReason)}`
  const verdict = `${shortTime(restates)} ${said} -> ${paintStatus(to, paint)} ${plainText(reason)}`
  return [
    `${plainText(instanceId)}  ${plainText(control)}  ${verdict}${appended ? '  restated' : ''}`,
    `  ${plainText(message)}`,
  ]
}

const unverifiable = ({ instanceId, ruleId, evidenceHash, problem }: Unverifiable): string =>
  `${plainText(instanceId)}  ${plainText(ruleId)}  ${plainText(problem)} (evidence ${plainText(evidenceHash).slice(0, 12) || 'none'})`

const altered = (n: number): string =>
  n === 1 ? '1 is not what its own versions give' : `${n} are not what their own versions give`

const counted = (n: number, noun: string): string => `${n} ${n === 1 ? noun : `${noun}s`}`
