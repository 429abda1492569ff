import type { AsffFinding } from '../report/formats/asff.ts'
import type { TargetKey } from '../store/store.ts'
import { countStaying, type Due, type Ledger, planPush, WHYS, type Why } from './plan-push.ts'
import { PushProblem, type Rejected, sendDue } from './send-due.ts'

/** What became of one account and region. */
export type TargetPush = TargetKey & {
  /** How many Security Hub has taken, or with a dry run would be sent, by why. */
  sent: Record<Why, number>
  /** Stand there as they are. */
  unchanged: number
  /** Stand there as they were last sent, and are not looked at any more: nobody updates or archives them. */
  staying: number
  rejected: Rejected[]
  /** Were due and did not get there, because of `problem`. */
  unsent: number
  /** Why nothing, or nothing more, could be sent, or what was sent could not be kept, in words. */
  problem?: string
}

/** What a push of one target needs. */
export type PushDeps = {
  now(): Date
  /** Sends what is unchanged too, and archives what the ledger does not know. */
  all?: boolean
  /** Only a part of the findings was asked for: of the others nothing is known, and nothing said. */
  isPart?: boolean
  /** What was sent before. Throws PushProblem. */
  ledger(target: TargetKey): Promise<Ledger>
  /** Keeps what differs from `seen`, and returns what is kept now. Throws PushProblem. */
  keep(target: TargetKey, next: Ledger, seen: Ledger): Promise<Ledger>
  /**
   * Sends one batch; absent: nothing is sent, and nothing is kept. Throws PushProblem where the target takes none. A text:
   * why there is no way there.
   */
  send?: ((target: TargetKey, findings: AsffFinding[]) => Promise<Rejected[]>) | string
}

/**
 * Sends what is due in one account and region, and keeps what was taken, also where it broke off in the middle: the rest is
 * due again with the next push. May be repeated at any time: what was taken is not sent again.
 */
export const pushTarget = async (
  target: TargetKey,
  findings: AsffFinding[],
  { now, all, isPart, ledger, keep, send }: PushDeps,
): Promise<TargetPush> => {
  const { account, region } = target
  const at = now()
  const nothing = { account, region, sent: countOf([]), rejected: [], unsent: 0 }
  const seen = await ledger(target).catch((error: unknown) => {
    if (error instanceof PushProblem) return error
    throw error
  })
  if (seen instanceof PushProblem)
    return { ...nothing, unchanged: 0, staying: 0, unsent: findings.length, problem: seen.message }
  const { due, unchanged } = planPush(findings, seen, at, all)
  const staying = isPart ? 0 : countStaying(findings, seen, at)
  const counts = { unchanged, staying }
  if (typeof send === 'string') return { ...nothing, ...counts, ...withoutWay(due, staying, send) }
  if (!send) return { ...nothing, ...counts, sent: countOf(due) }
  const { taken, rejected, unsent, problem } = await sendDue(due, seen, at, {
    send: (batch) => send(target, batch),
    keep: (next, before) => keep(target, next, before),
  })
  return {
    ...nothing,
    ...counts,
    ...{ sent: countOf(taken), rejected, unsent },
    ...(problem !== undefined && { problem }),
  }
}

/** Where all that is due has left, its target has left the configuration after it: that is no problem each day until it expires. */
const withoutWay = (
  due: Due[],
  staying: number,
  problem: string,
): { staying: number } | { unsent: number; problem: string } =>
  due.every(({ why }) => why === 'archived')
    ? { staying: staying + due.length }
    : { unsent: due.length, problem }

const countOf = (due: Due[]): Record<Why, number> => {
  const count = Object.fromEntries(WHYS.map((why) => [why, 0])) as Record<Why, number>
  for (const { why } of due) count[why]++
  return count
}
