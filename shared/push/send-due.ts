import type { AsffFinding } from '../report/formats/asff.ts'
import { batchesOf } from './batches.ts'
import { type Due, intentOf, type Ledger, type Sent, sentOf, unexpired } from './plan-push.ts'

/** A finding that Security Hub did not take, in its own words: text from outside. */
export type Rejected = { id: string; code: string; message: string }

/** A target takes nothing: its role is refused, Security Hub is off there, it does not answer. The message says so in words. */
export class PushProblem extends Error {
  override readonly name = 'PushProblem'
}

/** Sends one batch. Keeps `next` where it differs from `seen`, and returns what is kept now: another push may write at the same time. */
export type Sending = {
  send(findings: AsffFinding[]): Promise<Rejected[]>
  keep(next: Ledger, seen: Ledger): Promise<Ledger>
}

export type SendResult = { taken: Due[]; rejected: Rejected[]; unsent: number; problem?: string }

/** After so many batches it is kept what was taken: a push that is always ended early gets further each time. */
const BATCHES_KEPT_AT_ONCE = 25

/**
 * Sends what is due, one batch after the other: ten requests a second are allowed, and a batch takes about that long. What is
 * about to be sent is kept as an intent before, so nothing is in Security Hub of which the ledger does not know, and nothing is
 * sent where the ledger cannot be written. A PushProblem ends it and is returned; any other error is thrown.
 */
export const sendDue = async (
  due: Due[],
  seen: Ledger,
  now: Date,
  { send, keep }: Sending,
): Promise<SendResult> => {
  const result: SendResult = { taken: [], rejected: [], unsent: due.length }
  if (due.length === 0) return result
  const byId = new Map(due.map((each) => [each.finding.Id, each]))
  const batches = batchesOf(due.map(({ finding }) => finding)).map((batch) =>
    batch.flatMap(({ Id }) => byId.get(Id) ?? []),
  )
  let kept = seen
  let next = unexpired(seen, now)
  const note = async () => {
    kept = await keep(next, kept)
    next = new Map(kept)
  }
  const settle = (each: Due, sent: Sent | undefined) => {
    const { Id, UpdatedAt } = each.finding
    // Another push that was later has had its say.
    if (next.get(Id)?.at !== UpdatedAt) return
    if (sent) next.set(Id, sent)
    else next.delete(Id)
  }
  /** As it was before: Security Hub has not had it from this push. */
  const unsettle = (each: Due) => settle(each, seen.get(each.finding.Id))
  const leave = (unsent: Due[][]) => (error: unknown) => {
    unsent.flat().forEach(unsettle)
    throw error
  }

  const sendBatch = async (batch: Due[]) => {
    const refused = await send(batch.map(({ finding }) => finding))
    const ids = new Set(refused.map(({ id }) => id))
    result.unsent -= batch.length
    result.rejected.push(...refused)
    for (const each of batch)
      if (ids.has(each.finding.Id)) unsettle(each)
      else {
        settle(each, sentOf(each))
        result.taken.push(each)
      }
  }

  try {
    for (let from = 0; from < batches.length; from += BATCHES_KEPT_AT_ONCE) {
      const some = batches.slice(from, from + BATCHES_KEPT_AT_ONCE)
      for (const each of some.flat()) next.set(each.finding.Id, intentOf(each))
      await note().catch(leave(some))
      // Of the batch that breaks off nobody knows what was taken: its intents stay.
      for (const [n, batch] of some.entries()) await sendBatch(batch).catch(leave(some.slice(n + 1)))
    }
  } catch (error) {
    if (!(error instanceof PushProblem)) throw error
    result.problem = error.message
  }
  if (kept !== seen || result.problem === undefined)
    await note().catch((error: unknown) => {
      if (!(error instanceof PushProblem)) throw error
      result.problem ??= error.message
    })
  return result
}
