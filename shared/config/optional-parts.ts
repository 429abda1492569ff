import * as z from 'zod'
import { count, list, oneOf } from './fields.ts'

/** Parts of a deployment that are there only where their key is: none of them is needed for a scan. */

const RESERVED = 'must be a whole number from 1 to 100, or none'

/** A part of the account's concurrency, for one function alone. Lambda takes 0 for "never": not to reserve has its own word. */
const reserved = z
  .string(RESERVED)
  .regex(/^([1-9]\d?|100|none)$/, RESERVED)
  .transform((text) => (text === 'none' ? text : Number(text)))
  .meta({ type: ['integer', 'string'], minimum: 1, maximum: 100 })

/** `api: {}` is enough. */
export const apiSchema = z.strictObject({
  ratePerSecond: count(1, 10_000)
    .default(10)
    .describe('Requests a second that are answered, of all callers.'),
  burst: count(1, 5000).default(20).describe('Requests at one moment that are answered beyond that.'),
  concurrency: reserved
    .default(5)
    .describe(
      'Requests that are worked on at a time. Lambda reserves as many for them; `none` reserves and bounds nothing.',
    ),
})

/** `evidenceBucket: {}` is enough. */
export const evidenceBucketSchema = z.strictObject({
  // Object Lock takes a hundred years.
  retentionDays: count(1, 36_500)
    .optional()
    .describe('Days for which nobody changes or deletes a seal; without it, retention.historyDays.'),
  mode: oneOf(['governance', 'compliance'])
    .default('governance')
    .describe(
      'governance: whoever has a special right may shorten that; compliance: nobody, the root of the account neither, but by closing the account.',
    ),
})

export const securityHubSchema = z.strictObject({
  pushers: list(
    z.string().regex(
      // Exactly who it is: with a wildcard in it, whoever may name a role could become one.
      /^arn:aws[a-z-]*:iam::\d{12}:role\/[\w+=,.@-]+(\/[\w+=,.@-]+)*$/,
      'must be the ARN of a role, such as arn:aws:iam::111122223333:role/auditor',
    ),
    'role',
  ).describe('ARNs of the roles that may send findings: who runs report --push security-hub.'),
})
