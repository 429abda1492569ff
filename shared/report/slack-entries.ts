import { controlsOf, SEVERITIES } from './digest-blocks.ts'
import type { DigestBlock, DigestBody, DigestLine } from './digest-body.ts'
import { plainText } from './plain-text.ts'
import { code, escaped } from './slack-text.ts'
import { minute } from './wrapped.ts'

/** An entry of a digest in Slack's markup, at most 3,000 characters whatever is escaped in it; `opens`: it is the first of its block. */
export type SlackEntry = { text: string; opens: boolean }

/** Every line of a digest; the first of a group or block brings their headings. */
export const entriesOf = ({ blocks, counts, kind }: DigestBody): SlackEntry[] => {
  let group: DigestBlock['group'] | undefined
  return blocks.flatMap((block) =>
    block.lines.map((line, i) => {
      const heads = block.group === group ? [] : [`*${escaped(block.heading)}* (${counts[block.group] ?? 0})`]
      group = block.group
      const opens = i === 0
      return { text: [...heads, ...(opens ? headOf(block) : []), entry(line, kind)].join('\n'), opens }
    }),
  )
}

const headOf = ({ cluster, rules, count, fix }: DigestBlock): string[] => {
  const severity = SEVERITIES.find((each) => rules.some((rule) => rule.severity === each))
  const [rule] = rules
  const about = [
    ...(cluster === undefined ? [] : [`cluster ${code(plainText(cluster, 60))}`]),
    ...(rule === undefined
      ? []
      : [escaped(`${controlsOf(rules)}${rules.length === 1 ? ` ${rule.ruleId}` : ''}, ${severity}`)]),
  ].join(', ')
  return [
    ...(about === '' ? [] : [`${about}${count > 1 ? ` (${count})` : ''}`]),
    ...(fix === undefined ? [] : [`_Fix:_ ${escaped(plainText(fix, 300))}`]),
  ]
}

const entry = (line: DigestLine, kind: DigestBody['kind']): string => {
  const { instanceId, account, region, message, history, since } = line
  const name =
    instanceId === undefined
      ? `on ${minute(since ?? '')}: `
      : `${code(plainText(instanceId, 64))} ${escaped(`${account}/${region}`)}: `
  return [
    `• ${name}${stateOf(line, kind)}${code(plainText(message, 200))}`,
    ...(history === undefined || !canBePasted(history) ? [] : [`    ${code(history)}`]),
  ].join('\n')
}

/** Half a command is worse than none, and one whose backticks had become quotes would run something else. */
const canBePasted = (command: string): boolean => command.length <= 250 && !command.includes('`')

const stateOf = ({ to, from, since = '', closed, cause }: DigestLine, kind: DigestBody['kind']): string => {
  if (to === undefined) return ''
  const state = to === 'FAIL' ? `*${to}*` : to
  const when = closed ? `when it left, ${minute(since)}` : `since ${minute(since)}`
  const before = kind !== 'change' || closed || from === to ? '' : from ? `, before ${from}` : ', new'
  return `${state} ${when}${before}${cause ? ` (newer ${cause})` : ''}, `
}
