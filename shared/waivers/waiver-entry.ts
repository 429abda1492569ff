import * as z from 'zod'
import { endOfDay } from './policy.ts'
import { SCOPES, type WaiverRequest, type WaiverScope } from './waiver.ts'

const line = (what: string, most: number) =>
  z.string().trim().min(1, `must be ${what}, not empty`).max(most, `must be at most ${most} characters`)

/** A waiver as a person writes it: one line of each kind, and just one of the scopes. */
export const waiverEntrySchema = z.strictObject({
  rule: line('the id of a rule', 100),
  instance: line('an instance', 100)
    .regex(/^([\w-]{1,40}\/[\w-]{1,40}\/)?[\w-]{1,64}$/, 'must be an instance id, or account/region/id')
    .optional(),
  cluster: line('a cluster', 300).optional(),
  account: z
    .string()
    .regex(/^\d{12}$/, 'must be an account id of 12 digits')
    .optional(),
  tag: line('a tag', 400)
    .regex(/^[^=]+=/, 'must be key=value')
    .optional(),
  reason: line('a reason', 500),
  ticket: line('a ticket', 200),
  approvedBy: line('a name', 200).optional(),
  until: z.string(),
})
export type WaiverEntry = z.output<typeof waiverEntrySchema>

/** Wrong in what a person wrote. `field` is a key of the entry; absent: it is about the whole. */
export class WaiverEntryError extends Error {
  override readonly name = 'WaiverEntryError'
  readonly field: keyof WaiverEntry | undefined

  constructor(field: keyof WaiverEntry | undefined, text: string) {
    super(text)
    this.field = field
  }
}

/** What the entry asks for; `rules` are the ids of those there are. Throws WaiverEntryError. */
export const requestOf = (entry: WaiverEntry, rules: string[]): WaiverRequest => {
  const { rule, reason, ticket, approvedBy } = entry
  const scopes = SCOPES.flatMap((kind): WaiverScope[] => {
    const value = entry[kind]
    return value === undefined ? [] : [{ kind, value }]
  })
  const [scope, second] = scopes
  if (scope === undefined || second !== undefined)
    throw new WaiverEntryError(
      second?.kind,
      `a waiver has just one scope (${SCOPES.join(', ')}); ${second ? 'take one away' : 'say which'}`,
    )
  if (!rules.includes(rule))
    throw new WaiverEntryError('rule', `there is no rule ${rule}; there are ${rules.join(', ')}`)
  const until = endOfDay(entry.until)
  if (until === undefined)
    throw new WaiverEntryError(
      'until',
      `"${entry.until}" is no date; write it as 2026-01-31: the last day, UTC`,
    )
  return { rule, scope, reason, ticket, ...(approvedBy !== undefined && { approvedBy }), until }
}
