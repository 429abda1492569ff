import * as z from 'zod'
import { SlackRejectedError } from './slack-errors.ts'

/** Where incoming webhooks are: Slack's own hosts, the second for GovSlack. */
const HOSTS = ['hooks.slack.com', 'hooks.slack-gov.com']

/** A secret that was made in the console as a pair of key and value. */
const pair = z.looseObject({ url: z.string() })

/**
 * The webhook's URL in a secret: the text itself, or JSON with the key `url`. What is posted lists what is wrong with
 * the fleet, so that it goes to Slack and to nowhere else. Throws SlackRejectedError, which never shows the URL: whoever
 * has that can post.
 * @param also the origin of one more server that may stand in Slack's place, in a test
 */
export const webhookUrl = (secret: string, also?: string): URL => {
  const text = textOf(secret.trim())
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url && also !== undefined && url.origin === also) return url
  const isSlack = url?.protocol === 'https:' && HOSTS.includes(url.host) && !url.username && !url.password
  if (isSlack) return url
  throw new SlackRejectedError(
    'not_a_webhook',
    `the secret holds no URL of a Slack webhook: store https://${HOSTS[0]}/services/... in it, as plain text or as {"url": "..."}`,
  )
}

const textOf = (secret: string): string => {
  try {
    return pair.parse(JSON.parse(secret)).url.trim()
  } catch {
    return secret
  }
}
