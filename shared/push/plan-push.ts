import { createHash } from 'node:crypto'
import type { AsffFinding } from '../report/formats/asff.ts'

/**
 * What Security Hub has taken of a finding: a hash of its content, and the `UpdatedAt` that it came with. Of one that is being
 * sent an intent, so that it is known to be there, as whatever, also where the push ends before it hears an answer.
 */
export type Sent = { content: string; at: string }

/** What Security Hub has of one account and region, by the id of the finding; what was archived, until that is deleted there. */
export type Ledger = ReadonlyMap<string, Sent>

/** Why a finding is sent, the most important first. */
export const WHYS = ['changed', 'archived', 'new', 'refreshed'] as const
export type Why = (typeof WHYS)[number]

/** A finding that is to be sent now. */
export type Due = { why: Why; finding: AsffFinding; content: string }

/** What a push sends, in this order, and how many findings stand in Security Hub as they are. */
export type PushPlan = { due: Due[]; unchanged: number }

const DAY_MS = 86_400_000

/**
 * Security Hub deletes an active finding 90 days after its last `UpdatedAt`:
 * https://docs.aws.amazon.com/securityhub/latest/userguide/securityhub-findings-update-types.html
 */
export const HUB_KEEPS_DAYS = 90

/**
 * An unchanged finding is sent again after 20 to 39 days, as many as a hash of its id and of the last time says: what was sent
 * on one day is spread over twenty, and seven weeks may go by without any push.
 */
const REFRESH_AFTER_DAYS = 20
const SPREAD_DAYS = 20

/** How far the clocks of two who push may be apart. */
const CLOCKS_MS = 3_600_000
/** A time further ahead than this is no clock's, and is not handed on to Security Hub. */
const AHEAD_MS = 366 * DAY_MS

/** The content of an intent: it may be there as this, or as it was before. As long as what will take its place. */
export const UNKNOWN = '?'
const UNKNOWN_NEW = '?new'

/**
 * What is to be sent now: what changed, what has left and is still open there, what is new, and what would expire. Pure: the
 * same again as long as nothing was sent. What has left and was never sent is not in Security Hub, and stays out.
 * `all`: whatever the ledger says. Unchanged ones too, for a Security Hub that has lost them, and what has left and is not in
 * the ledger, for a ledger that was lost.
 */
export const planPush = (findings: AsffFinding[], ledger: Ledger, now: Date, all = false): PushPlan => {
  const due: Due[] = []
  let unchanged = 0
  for (const finding of findings) {
    const sent = ledger.get(finding.Id)
    const content = contentOf(finding)
    const why = whyOf(finding, content, sent, now, all)
    if (why !== undefined) due.push({ why, finding: updatedNow(finding, sent, now), content })
    else if (finding.RecordState === 'ACTIVE') unchanged++
  }
  return { due: due.sort((a, b) => WHYS.indexOf(a.why) - WHYS.indexOf(b.why)), unchanged }
}

/** The ledger without what Security Hub has deleted by itself by now. */
export const unexpired = (ledger: Ledger, now: Date): Map<string, Sent> =>
  new Map([...ledger].filter(([, sent]) => daysSince(sent, now) < HUB_KEEPS_DAYS))

/** What is kept of a finding that Security Hub has taken. */
export const sentOf = ({ finding, content }: Due): Sent => ({ content, at: finding.UpdatedAt })

/** What is kept of it before it is sent. */
export const intentOf = ({ why, finding, content }: Due): Sent => ({
  content: `${why === 'new' ? UNKNOWN_NEW : UNKNOWN} ${content}`,
  at: finding.UpdatedAt,
})

export const isIntent = ({ content }: Sent): boolean => content.startsWith(UNKNOWN)

/** When, in milliseconds; undefined: as no push writes it. */
export const timeOf = ({ at }: Pick<Sent, 'at'>): number | undefined => {
  const time = Date.parse(at)
  return !Number.isNaN(time) && new Date(time).toISOString() === at ? time : undefined
}

/** How many findings the ledger has open in Security Hub that are none of these: nothing is known of them any more. */
export const countStaying = (findings: AsffFinding[], ledger: Ledger, now: Date): number => {
  const shown = new Set(findings.map(({ Id }) => Id))
  return [...unexpired(ledger, now)].filter(([id, { content }]) => content !== ARCHIVED && !shown.has(id))
    .length
}

const whyOf = (
  { Id, RecordState }: AsffFinding,
  content: string,
  sent: Sent | undefined,
  now: Date,
  all: boolean,
): Why | undefined => {
  const isGone = RecordState === 'ARCHIVED'
  if (sent === undefined) return isGone ? (all ? 'archived' : undefined) : 'new'
  if (!isBelieved(sent, now) || sent.content.startsWith(UNKNOWN_NEW)) return isGone ? 'archived' : 'new'
  if (sent.content !== content) return isGone ? 'archived' : 'changed'
  if (isGone) return undefined
  return all || daysSince(sent, now) >= refreshedAfter(Id, sent) ? 'refreshed' : undefined
}

/** Else whoever may write the ledger, or a clock that was wrong, would keep a finding from ever being sent again. */
const isBelieved = (sent: Sent, now: Date): boolean => (timeOf(sent) ?? Infinity) <= now.getTime() + CLOCKS_MS

const daysSince = (sent: Sent, now: Date): number => (now.getTime() - (timeOf(sent) ?? -Infinity)) / DAY_MS

const refreshedAfter = (id: string, { at }: Sent): number =>
  REFRESH_AFTER_DAYS + (createHash('sha256').update(`${id} ${at}`).digest().readUInt32BE() % SPREAD_DAYS)

/**
 * `UpdatedAt` is when the record was updated, not the verdict (that is in `fleet-scanner/ChangedAt`), and an update that is
 * not newer than what is there is ignored without a word, hence later than the last one also where a clock was wrong:
 * https://docs.aws.amazon.com/securityhub/latest/userguide/finding-update-batchimportfindings.html
 */
const updatedNow = (finding: AsffFinding, sent: Sent | undefined, now: Date): AsffFinding => {
  const last = sent === undefined ? undefined : timeOf(sent)
  const earliest = last === undefined || last > now.getTime() + AHEAD_MS ? 0 : last + 1
  return { ...finding, UpdatedAt: new Date(Math.max(now.getTime(), earliest)).toISOString() }
}

/** Whatever else is said of it: it is archived once. */
const ARCHIVED = 'archived'

/** Without what is another with every scan or release, or moves when old history expires: none of that is a change. */
const contentOf = (finding: AsffFinding): string => {
  if (finding.RecordState === 'ARCHIVED') return ARCHIVED
  const { UpdatedAt, CreatedAt, FirstObservedAt, LastObservedAt, ProductFields, ...said } = finding
  const { 'fleet-scanner/Version': _, ...fields } = ProductFields
  return createHash('sha256')
    .update(JSON.stringify({ ...said, fields }))
    .digest('hex')
    .slice(0, 16)
}
