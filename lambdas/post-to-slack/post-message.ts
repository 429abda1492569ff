import { setTimeout as sleep } from 'node:timers/promises'
import { plainText } from '../../shared/report/plain-text.ts'
import type { SlackMessage } from '../../shared/report/slack.ts'
import { SlackRejectedError, SlackUnavailableError } from './slack-errors.ts'

/** Slack answers within a second or not at all. */
const ANSWERS_WITHIN_MS = 10_000
/** Where Slack says no time: it takes about one message a second and webhook. */
const WAIT_SECONDS = 1
/** What is left for the end of the function. */
const SPARE_MS = 2000

export type PostOptions = {
  /** Milliseconds that the function may still run. */
  remainingMs: () => number
  /** How long to wait for an answer. */
  answersWithinMs?: number
}

/**
 * Posts a message, and waits as long as Slack asks for where there is time for it. Throws SlackRejectedError for what
 * Slack will never take, SlackUnavailableError for what may work later: Slack knows no idempotency, so a message whose
 * answer got lost may be posted twice. https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks
 */
export const postMessage = async (
  url: URL,
  message: SlackMessage,
  { remainingMs, answersWithinMs = ANSWERS_WITHIN_MS }: PostOptions,
): Promise<void> => {
  const body = JSON.stringify(message)
  for (;;) {
    const response = await send(url, body, Math.min(answersWithinMs, Math.max(1, remainingMs() - SPARE_MS)))
    if (response.ok) return
    if (response.status !== 429) throw refusal(response.status, response.said)
    const waitMs = 1000 * response.retryAfter
    if (waitMs + answersWithinMs + SPARE_MS > remainingMs())
      throw new SlackUnavailableError(`Slack asks to wait for ${response.retryAfter} seconds (429)`)
    await sleep(waitMs)
  }
}

/** What Slack says to an empty message where the webhook itself is good. It posts nothing. */
const NOTHING_TO_POST = new Set(['no_text', 'invalid_payload', 'missing_text_or_fallback_or_attachments'])

/** What keeps a webhook from taking messages, in words; undefined: nothing. Posts nothing. */
export const problemOfWebhook = async (
  url: URL,
  answersWithinMs = ANSWERS_WITHIN_MS,
): Promise<string | undefined> => {
  try {
    const { ok, status, said } = await send(url, '{}', answersWithinMs)
    return ok || NOTHING_TO_POST.has(said) ? undefined : `Slack answers ${status} ${said}`
  } catch (error) {
    return error instanceof Error ? error.message : 'Slack gave no answer'
  }
}

type Answer = { ok: boolean; status: number; said: string; retryAfter: number }

const send = async (url: URL, body: string, withinMs: number): Promise<Answer> => {
  try {
    const response = await fetch(url, {
      ...{ method: 'POST', body, redirect: 'error' as const },
      headers: { 'content-type': 'application/json; charset=utf-8' },
      signal: AbortSignal.timeout(withinMs),
    })
    const { ok, status, headers } = response
    const retryAfter = Number(headers.get('retry-after') || WAIT_SECONDS)
    const said = plainText(await response.text(), 100)
    return { ok, status, said, retryAfter: retryAfter > 0 ? retryAfter : WAIT_SECONDS }
  } catch (error) {
    // Its cause would name the address, and that is a secret; the name of the error says enough.
    const why = error instanceof Error && error.name === 'TimeoutError' ? 'within the time' : reasonOf(error)
    throw new SlackUnavailableError(`Slack gave no answer (${why})`)
  }
}

const reasonOf = (error: unknown): string => {
  const cause = error instanceof Error ? error.cause : undefined
  return cause instanceof Error && 'code' in cause ? String(cause.code) : 'the connection failed'
}

const refusal = (status: number, said: string): Error =>
  status >= 400 && status < 500
    ? new SlackRejectedError(said || String(status), `Slack does not take the message: ${status} ${said}`)
    : new SlackUnavailableError(`Slack answers ${status} ${said}`)
