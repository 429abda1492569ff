import type { PlannedChange } from '../waivers/plan.ts'
import type { WaiverCheck } from '../waivers/problems.ts'
import type { Difference, LogEntry } from '../waivers/revisions.ts'
import type { Waiver, WaiverScope, WaiverState } from '../waivers/waiver.ts'
import { shortTime } from './findings-table.ts'
import { grid, type Paint } from './grid.ts'
import { plainText } from './plain-text.ts'

/** `2026-01-31`: waivers hold by the day. */
export const dayOf = (iso: string): string => iso.slice(0, 10)

/** `cluster harbour`. Safe to print. */
export const scopeText = ({ kind, value }: WaiverScope): string => `${kind} ${plainText(value)}`

/** A waiver in a line: id, rule, scope, end. Safe to print. */
export const waiverLine = ({ id, rule, scope, until }: Waiver): string =>
  `${plainText(id)}: ${plainText(rule)} on ${scopeText(scope)}, until ${dayOf(until)}`

type Shown = Waiver & Omit<WaiverCheck, 'waiver'> & { state: WaiverState }

const STATE: Record<WaiverState, string> = { 'in-force': 'in force', ended: 'ended', removed: 'removed' }

/** Waivers as they stand: a line of columns each, and below it why, and who says so. Ends with a line break. */
export const renderWaivers = (waivers: Shown[], paint: Paint): string => {
  if (waivers.length === 0) return 'no waivers\n'
  const [head = '', ...lines] = grid(
    ['WAIVER', 'STATE', 'UNTIL', 'SCOPE', 'RULE', 'COVERS', 'PROBLEMS'],
    waivers.map(({ id, state, until, scope, rule, matches, problems }) => [
      plainText(id),
      state === 'in-force' ? STATE[state] : paint('dim', STATE[state]),
      dayOf(until),
      scopeText(scope),
      plainText(rule),
      state === 'in-force' ? String(matches) : '',
      problems.length > 0 ? paint('error', problems.join(', ')) : '',
    ]),
    paint,
  )
  const blocks = waivers.flatMap((waiver, i) => [lines[i] ?? '', ...whyLines(waiver)])
  return `${[head, ...blocks].join('\n')}\n\n${waivers.length} ${waivers.length === 1 ? 'waiver' : 'waivers'}\n`
}

const whyLines = ({ reason, ticket, who, createdAt, approvedBy, removed }: Waiver): string[] => [
  `  ${plainText(reason, 500)} (${plainText(ticket)})`,
  `  by ${plainText(who)} on ${dayOf(createdAt)}, ${approvedBy === undefined ? 'approved by nobody else' : `approved by ${plainText(approvedBy)}`}`,
  ...(removed ? [`  removed by ${plainText(removed.by)} on ${dayOf(removed.at)}`] : []),
]

/** Every change of waivers as a line, oldest first; below it the fields that changed. */
export const renderWaiverLog = (entries: LogEntry[], paint: Paint): string => {
  if (entries.length === 0) return 'no changes\n'
  const [head = '', ...lines] = grid(
    ['AT', 'WAIVER', 'CHANGE', 'BY', 'SCOPE', 'RULE', 'UNTIL'],
    entries.map(({ at, id, what, who, waiver }) => [
      shortTime(at),
      plainText(id),
      what,
      plainText(who),
      scopeText(waiver.scope),
      plainText(waiver.rule),
      dayOf(waiver.until),
    ]),
    paint,
  )
  const blocks = entries.flatMap((entry, i) => [lines[i] ?? '', ...entry.differences.map(differenceLine)])
  return `${[head, ...blocks].join('\n')}\n`
}

const differenceLine = ({ field, from, to }: Difference): string =>
  `  ${field}: ${valueText(field, from)} -> ${valueText(field, to)}`

const valueText = (field: Difference['field'], value: string | undefined): string => {
  if (value === undefined) return 'none'
  return field === 'until' ? dayOf(value) : plainText(value, 500)
}

const SIGN: Record<PlannedChange['what'], string> = { add: '+', change: '~', remove: '-' }

/** What applying a file changes, or would change: `+` added, `~` changed, `-` removed. Ends with a line break. */
export const renderPlan = (changes: PlannedChange[], dryRun: boolean): string => {
  if (changes.length === 0) return 'nothing to change: the waivers are as the file says\n'
  const lines = changes.flatMap(({ what, next, differences }) => [
    `${SIGN[what]} ${waiverLine(next)}`,
    ...differences.map(differenceLine),
  ])
  const count = (what: PlannedChange['what']) => changes.filter((each) => each.what === what).length
  const [to, be] = dryRun ? ['to be ', ', nothing was done'] : ['', '']
  const counts = `${count('add')} ${to}added, ${count('change')} ${to}changed, ${count('remove')} ${to}removed${be}`
  return `${lines.join('\n')}\n\n${counts}\n`
}
