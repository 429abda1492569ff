import * as z from 'zod'
import { accountId, list, name, region, severity } from './fields.ts'
import { selectorsSchema } from './selectors.ts'

/** A role's name has at most 64 characters, and `-sender` is put behind this one. */
const LONGEST_ROLE = 64 - '-sender'.length

const role = z
  .string()
  .regex(
    /^(arn:aws[a-z-]*:iam::\d{12}:role\/)?[\w+=,.@-]+(\/[\w+=,.@-]+)*$/,
    'must be the name or ARN of a role',
  )
  .refine((text) => (text.split('/').at(-1) ?? '').length <= LONGEST_ROLE, {
    error: `must be at most ${LONGEST_ROLE} characters, since -sender and -reader are put behind it`,
  })

const unit = z
  .string()
  .regex(/^(r-[0-9a-z]{4,32}|ou-[0-9a-z]{4,32}-[0-9a-z]{8,32})$/, 'must be an id such as ou-ab12-11112222')

/** One entry of `targets`. */
export const targetSchema = z
  .strictObject({
    account: accountId.optional().describe('The account id. Either this or organizationalUnits.'),
    organizationalUnits: list(unit, 'organizational unit')
      .optional()
      .describe(
        'All active accounts directly or indirectly in these organizational units (a root r-... is all), as they are when a scan begins.',
      ),
    regions: list(region, 'region').describe('The regions to scan there.'),
    role: role
      .default('fleet-scanner-member')
      .describe('The member roles are this name (or ARN) with -sender and -reader behind it.'),
    externalId: z
      .string()
      .regex(/^[\w+=,.@:/-]{2,1224}$/, 'must be 2 or more letters, digits or any of + = , . @ : / - _')
      .optional()
      .describe('What the trust policies of the member roles ask for as sts:ExternalId.'),
    selectors: selectorsSchema.describe(
      'Which instances: presets and sets of tags. An instance that has all tags of any one set is scanned.',
    ),
  })
  .refine(
    ({ account, organizationalUnits }) => (account === undefined) !== (organizationalUnits === undefined),
    'must name either `account` or `organizationalUnits`',
  )
  .refine(
    ({ account, role: given }) => {
      const owner = /^arn:[^:]+:iam::(\d{12}):/.exec(given)?.[1]
      return owner === undefined || owner === account
    },
    {
      path: ['role'],
      error:
        'is a role of another account; name one of the account that is scanned (by name alone with `organizationalUnits`)',
    },
  )
  .meta({ oneOf: [{ required: ['account'] }, { required: ['organizationalUnits'] }] })

/** A severity that is not the rule's own, for all instances or for those of these clusters that have all of these tags. */
export const severityOverrideSchema = z.strictObject({
  rule: name('the id of a rule').describe('The id of the rule.'),
  clusters: list(name('a cluster'), 'cluster')
    .exactOptional()
    .describe('Only for instances of these clusters.'),
  tags: z
    .record(name('a tag key'), z.string())
    .refine((tags) => Object.keys(tags).length > 0, 'must name at least one tag')
    .exactOptional()
    .describe('Only for instances that have all of these tags.'),
  severity: severity.describe('The severity of the findings.'),
})
