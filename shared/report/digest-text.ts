import type { Status } from '../findings/finding.ts'
import { coverageLine } from './coverage-line.ts'
import type { DigestContent } from './digest.ts'
import { DIGEST_GROUPS, GROUP_WORDS, type GroupedChange } from './digest-groups.ts'
import { plainText } from './plain-text.ts'

/** Mail readers break longer lines where they like. */
const COLUMNS = 76

const MOST_ERRORS = 10

/** The digest for people: plain text of at most 76 columns, with text from nodes made safe. */
export const digestText = (content: DigestContent): string =>
  [
    ...wrap(content.subject),
    '',
    ...wrap(
      `Scan ${content.scanId}, ${minute(content.at)}${content.partial ? PARTIAL[content.partial] : ''}`,
    ),
    ...wrap(coverageLine(content.coverage, [])),
    ...(content.previous?.coverage
      ? wrap(`The scan before: ${coverageLine(content.previous.coverage, [])}`)
      : []),
    ...wrap(`Findings: ${totals(content.findings)}`),
    ...(content.baseline ? ['', ...wrap(FIRST_SCAN)] : []),
    ...failedTargets(content.targetErrors),
    ...DIGEST_GROUPS.flatMap((group) => section(content, group)),
    ...omitted(content),
    '',
  ].join('\n')

const PARTIAL = {
  chosen: ', of some instances that were named, not of the fleet',
  cancelled: ', cancelled before its end',
}

const FIRST_SCAN =
  'This is the first scan of the whole fleet: it lists what fails or could not be judged and was not told before. ' +
  'From now on a message comes only when something changes.'

/** The command that shows an instance's history, safe to paste into a shell. */
export const historyCommand = (instanceId: string): string => {
  const id = plainText(instanceId)
  return `fleet-scanner history --instance ${/^[\w.-]+$/.test(id) ? id : `'${id.replaceAll("'", `'\\''`)}'`}`
}

const section = ({ news, listed }: DigestContent, group: GroupedChange['group']): string[] => {
  const count = news.filter((each) => each.group === group).length
  if (count === 0) return []
  const entries = listed.filter((each) => each.group === group)
  return ['', `${GROUP_WORDS[group].heading} (${count})`, ...entries.flatMap(({ change }) => entry(change))]
}

const entry = (change: GroupedChange['change']): string[] => [
  ...wrap(`- ${plainText(change.instanceId)}, ${placeOf(change)}`, '  '),
  ...wrap(plainText(change.message), '    '),
  ...wrap(`${change.to} ${whenOf(change)}; CIS ${change.control}, ${change.severity}`, '    '),
  `    ${historyCommand(change.instanceId)}`,
]

const placeOf = ({ cluster, account, region }: GroupedChange['change']): string =>
  `${cluster === undefined ? '' : `cluster ${plainText(cluster)}, `}${account}/${region}`

const whenOf = (change: GroupedChange['change']): string =>
  change.closed
    ? `when it left the fleet, ${minute(change.at)}`
    : `since ${minute(change.at)}${beforeOf(change)}`

const beforeOf = ({ from, to, fromReason, reason }: GroupedChange['change']): string => {
  if (from === undefined) return ', new'
  return from === to ? `, for ${reason} and before for ${fromReason}` : `, before: ${from}`
}

const failedTargets = (errors: string[]): string[] => {
  if (errors.length === 0) return []
  const more = errors.length - MOST_ERRORS
  return [
    '',
    `Out of reach (${errors.length}): what is in there was not assessed`,
    ...errors.slice(0, MOST_ERRORS).flatMap((error) => wrap(`- ${plainText(error, 300)}`, '  ')),
    ...(more > 0 ? [`  and ${more} more`] : []),
  ]
}

const omitted = ({ news, listed, scanId }: DigestContent): string[] =>
  news.length > listed.length
    ? [
        '',
        ...wrap(
          `${news.length - listed.length} more changes are not listed; fleet-scanner history shows all of ${scanId}`,
        ),
      ]
    : []

const totals = (findings: Partial<Record<Status, number>>): string =>
  (['FAIL', 'ERROR', 'PASS', 'NOT_APPLICABLE'] as const)
    .map((status) => `${findings[status] ?? 0} ${status}`)
    .join(', ')

const minute = (iso: string): string => `${iso.slice(0, 16).replace('T', ' ')} UTC`

/** Breaks a line at blanks, and a word only where it alone is too long. */
const wrap = (text: string, indent = ''): string[] => {
  const room = COLUMNS - indent.length
  const lines: string[] = []
  let line = ''
  for (const word of text.split(/ +/).flatMap((each) => pieces(each, room))) {
    if (line !== '' && [...line].length + 1 + [...word].length > room) {
      lines.push(indent + line)
      line = word
    } else line = line === '' ? word : `${line} ${word}`
  }
  return [...lines, indent + line]
}

const pieces = (word: string, room: number): string[] => {
  const characters = [...word]
  const parts: string[] = []
  for (let i = 0; i < characters.length; i += room) parts.push(characters.slice(i, i + room).join(''))
  return parts
}
