import * as z from 'zod'
import { email, list, name, severity } from './fields.ts'

const DESTINATIONS = ['email', 'slack', 'topic', 'amazonQ'] as const

const slackId = (what: string, example: string) =>
  z.string().regex(/^[0-9A-Z]{1,128}$/, `must be the id of a Slack ${what}, such as ${example}`)

/**
 * One entry of `routes`: who is told of what. A route takes the changes that match all of its filters; each change goes to
 * every route that takes it.
 */
export const routeSchema = z
  .strictObject({
    name: z
      .string()
      .regex(/^[a-z][a-z0-9-]{0,30}$/, 'must be lower-case letters, digits and hyphens')
      .describe('Names the route: the attribute `route` of its messages.'),
    owners: list(name('an owner'), 'owner').optional().describe('Only what these owners answer for.'),
    clusters: list(name('a cluster'), 'cluster').optional().describe('Only what is in these clusters.'),
    severities: list(severity, 'severity').optional().describe('Only findings of these severities.'),
    email: list(email, 'email address').optional().describe('Email addresses; each has to confirm once.'),
    slack: z
      .strictObject({
        // Anything else, as a wildcard, would let the function read more than this.
        secret: z
          .string()
          .regex(
            /^(arn:aws[a-z-]*:secretsmanager:[a-z0-9-]+:\d{12}:secret:)?[\w/+=.@-]{1,512}$/,
            'must be the name or ARN of a secret',
          )
          .describe("Name or ARN of the secret (Secrets Manager) that holds the webhook's URL."),
      })
      .optional()
      .describe('A Slack channel, by an incoming webhook.'),
    topic: z
      .string()
      .regex(/^arn:aws[a-z-]*:sns:[a-z0-9-]+:\d{12}:[\w.-]+$/, 'must be the ARN of an SNS topic')
      .optional()
      .describe('ARN of an SNS topic of your own.'),
    amazonQ: z
      .strictObject({
        workspaceId: slackId('workspace', 'T0123ABCD').describe('The Slack workspace.'),
        channelId: slackId('channel', 'C0123ABCD').describe('The Slack channel.'),
      })
      .optional()
      .describe('A channel of Amazon Q Developer in chat applications.'),
  })
  .refine(
    (route) => DESTINATIONS.some((key) => route[key] !== undefined),
    `goes nowhere; give it at least one of ${DESTINATIONS.map((key) => `\`${key}\``).join(', ')}`,
  )
  .refine(
    ({ topic, email, slack }) => topic === undefined || (email === undefined && slack === undefined),
    "has a `topic` of your own, which its digests go to in place of the scanner's: `email` and `slack` would get nothing; subscribe them there, or give them a route of their own",
  )
  .meta({ anyOf: DESTINATIONS.map((key) => ({ required: [key] })) })
