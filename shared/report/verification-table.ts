import type { Difference, Unverifiable, Verification } from '../history/verify-evidence.ts'
import { paintStatus, shortTime } from './findings-table.ts'
import type { Paint } from './grid.ts'
import { plainText } from './plain-text.ts'

/** `34 verdicts on 12 pieces of evidence, judged again by engine 1: 32 agree, 2 differ`. One line. */
export const verificationLine = (result: Verification): string => {
  const { verdicts, pieces, engineVersion, agree, differ, unverifiable } = result
  const on = `${counted(verdicts, 'verdict')} on ${counted(pieces, 'piece')} of evidence`
  const parts = [
    `${agree} agree`,
    ...(differ.length > 0 ? [`${differ.length} differ`] : []),
    ...(unverifiable.length > 0 ? [`${unverifiable.length} cannot be judged again`] : []),
  ]
  return `${on}, judged again by engine ${engineVersion}: ${parts.join(', ')}`
}

/** What differs and what cannot be judged again, each with its why, and the counts. Ends with a line break. */
export const renderVerification = (result: Verification, paint: Paint): string => {
  const lines = [
    ...result.differ.flatMap((each) => difference(each, paint)),
    ...result.unverifiable.map(unverifiable),
  ]
  return [...lines, ...(lines.length > 0 ? [''] : []), verificationLine(result), ''].join('\n')
}

const difference = (each: Difference, paint: Paint): string[] => {
  const { instanceId, control, from, fromReason = '', to, reason, restates, message, appended } = each
  const said = `${from === undefined ? '' : paintStatus(from, paint)} ${fromReason}`
  const verdict = `${shortTime(restates)} ${said} -> ${paintStatus(to, paint)} ${reason}`
  return [
    `${plainText(instanceId)}  ${control}  ${verdict}${appended ? '  restated' : ''}`,
    `  ${plainText(message)}`,
  ]
}

const unverifiable = ({ instanceId, ruleId, evidenceHash, problem }: Unverifiable): string =>
  `${plainText(instanceId)}  ${ruleId}  ${plainText(problem)} (evidence ${evidenceHash.slice(0, 12)})`

const counted = (n: number, noun: string): string => `${n} ${n === 1 ? noun : `${noun}s`}`
