import { problemOfWebhook } from './post-message.ts'
import type { PostToSlackDeps } from './post-to-slack.ts'
import { webhookUrl } from './webhook-url.ts'

/** Whether a route's webhook would take a message; `problem`: why it would not. */
export type ProbedWebhook = { route: string; problem?: string }

/** Whether somebody asks about the webhooks, instead of having a message posted: `doctor` sends `{ "probe": true }`. */
export const isProbe = (event: unknown): boolean =>
  typeof event === 'object' && event !== null && 'probe' in event && event.probe === true

/** Looks at the webhook of every route, and posts nothing. Never throws for one of them. */
export const probeWebhooks = async (deps: PostToSlackDeps): Promise<ProbedWebhook[]> =>
  Promise.all(
    Object.entries(deps.secrets).map(async ([route, secret]) => {
      const problem = await problemOf(secret, deps)
      return { route, ...(problem !== undefined && { problem }) }
    }),
  )

const problemOf = async (
  secret: string,
  { readSecret, allowedOrigin, answersWithinMs }: PostToSlackDeps,
): Promise<string | undefined> => {
  try {
    const url = webhookUrl(await readSecret(secret, { fresh: true }), allowedOrigin)
    return await problemOfWebhook(url, answersWithinMs)
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}
