import * as z from 'zod'
import type { ReadSecret } from '../../shared/aws/secret.ts'
import { type DigestBody, digestBodySchema } from '../../shared/report/digest-body.ts'
import { slackMessage } from '../../shared/report/slack.ts'
import { type PostOptions, postMessage } from './post-message.ts'
import { SlackRejectedError } from './slack-errors.ts'
import { webhookUrl } from './webhook-url.ts'

/** What SNS invokes a function with: one message, as a list. */
export const snsEvent = z.looseObject({
  Records: z
    .array(z.looseObject({ Sns: z.looseObject({ MessageId: z.string(), Message: z.string() }) }))
    .min(1),
})
export type SnsEvent = z.infer<typeof snsEvent>

export type PostToSlackDeps = {
  /** Name or ARN of the secret with the webhook's URL, by route. */
  secrets: Record<string, string>
  readSecret: ReadSecret
  /** The origin of one more server that may stand in Slack's place, in a test. */
  allowedOrigin?: string
} & Pick<PostOptions, 'answersWithinMs'>

/** A digest that is in its channel. */
export type Posted = { digestId: string; route: string; messageId: string }

/**
 * Posts the digests of an event to the channels of their routes. SNS may deliver one twice; it then stands in the channel
 * twice, under the same id. Throws SlackRejectedError and SlackUnavailableError.
 */
export const postToSlack = async (
  { Records }: SnsEvent,
  deps: PostToSlackDeps,
  remainingMs: () => number,
): Promise<Posted[]> => {
  const posted: Posted[] = []
  for (const { Sns } of Records) {
    const digest = digestIn(Sns.Message)
    await post(digest, deps, remainingMs)
    posted.push({ digestId: digest.digestId, route: digest.route, messageId: Sns.MessageId })
  }
  return posted
}

const digestIn = (message: string): DigestBody => {
  try {
    return digestBodySchema.parse(JSON.parse(message))
  } catch (error) {
    const why = error instanceof z.ZodError ? z.prettifyError(error) : 'no JSON'
    throw new SlackRejectedError(
      'not_a_digest',
      `the message is no digest of this version: ${why.slice(0, 500)}`,
    )
  }
}

const post = async (digest: DigestBody, deps: PostToSlackDeps, remainingMs: () => number): Promise<void> => {
  const { secrets, readSecret, allowedOrigin, answersWithinMs } = deps
  const { route } = digest
  const secret = Object.hasOwn(secrets, route) ? secrets[route] : undefined
  if (secret === undefined)
    throw new SlackRejectedError(
      'no_such_route',
      `route ${route} has no Slack channel; deploy the stack again`,
    )
  const message = slackMessage(digest)
  const options = { remainingMs, ...(answersWithinMs !== undefined && { answersWithinMs }) }
  const known = await readSecret(secret)
  try {
    await postMessage(webhookUrl(known, allowedOrigin), message, options)
  } catch (error) {
    if (!(error instanceof SlackRejectedError)) throw error
    // Somebody may have put another webhook into the secret since it was read.
    const fresh = await readSecret(secret, { fresh: true })
    if (fresh === known) throw error
    await postMessage(webhookUrl(fresh, allowedOrigin), message, options)
  }
}
