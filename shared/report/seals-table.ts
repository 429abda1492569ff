import type { SealProblem } from '../seal/problems.ts'
import type { SealReport } from '../seal/verify-seals.ts'
import type { Paint } from './grid.ts'
import { plainText } from './plain-text.ts'

/** What the seals say otherwise, an item a line. */
export const sealProblemLines = ({ problems }: SealReport, paint: Paint): string[] =>
  problems.map(
    ({ item, problem }: SealProblem) => `${paint('fail', plainText(item))}  ${plainText(problem, 400)}`,
  )

/** How far the seals reach, whether they hold, and the newest one's hash, to be kept elsewhere. */
export const sealLines = (report: SealReport): string[] => {
  const { sealed, head, anchor, checked, expired, problems, before, underWay, excused } = report
  if (head === null)
    return [problems.length > 0 ? 'no seal is there' : 'no scan is sealed yet; the next one that closes is']
  const parts = [
    `${checked} items checked`,
    ...(expired > 0 ? [`${expired} expired as foretold`] : []),
    problems.length === 0 ? 'all hold' : counted(problems.length, 'problem'),
  ]
  const { scans, transitions } = before
  return [
    `${counted(sealed, 'seal')}: ${parts.join(', ')}`,
    ...(scans + transitions > 0
      ? [
          `before the first seal: ${counted(scans, 'scan')}, ${counted(transitions, 'change')} that no seal names`,
        ]
      : []),
    ...(underWay.length > 0
      ? [`not sealed yet: scan ${underWay.map((id) => plainText(id)).join(', ')}`]
      : []),
    ...(excused > 0
      ? [
          `of ${counted(excused, 'instance')} a scan that is not sealed yet has written: the next one's seal tells`,
        ]
      : []),
    ...(anchor?.found ? [`the anchor is in the chain: ${anchor.hash}`] : []),
    `the newest seal is ${head.number}, of scan ${plainText(head.scanId)}; keep its hash as anchor: ${head.hash}`,
  ]
}

const counted = (n: number, noun: string): string => `${n} ${n === 1 ? noun : `${noun}s`}`
