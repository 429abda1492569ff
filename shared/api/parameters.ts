import * as z from 'zod'
import type { Severity, Status } from '../findings/finding.ts'
import type { FindingFilter } from '../store/store.ts'

export const STATUSES = ['FAIL', 'ERROR', 'PASS', 'NOT_APPLICABLE'] as const satisfies Status[]
export const SEVERITIES = ['critical', 'high', 'medium', 'low'] as const satisfies Severity[]

/** Values of one parameter, and characters of one value: what fits in the address of a request, and in a key of the table. */
const MOST_VALUES = 100
const LONGEST = 256

const TWICE = 'is given more than once; give one of them'

/** One value. */
export const single = z
  .string({ error: TWICE })
  .min(1, 'is empty; leave it away, or give a value')
  .max(LONGEST, `is longer than ${LONGEST} characters`)

/** What is repeated, separated by commas, or both. */
const several = z
  .union([z.string(), z.array(z.string())])
  .transform((given) =>
    [given]
      .flat()
      .flatMap((text) => text.split(','))
      .map((value) => value.trim()),
  )
  .pipe(
    z
      .array(
        z
          .string()
          .min(1, 'has an empty value; leave it away, or name one')
          .max(LONGEST, `has a value longer than ${LONGEST} characters`),
      )
      .max(MOST_VALUES, `has more than ${MOST_VALUES} values`),
  )

type Documented = { description: string; example?: unknown }

/** A list in the address as OpenAPI has it by default: repeated. */
const listed = (items: object, { description, example }: Documented) =>
  ({ type: 'array', items, description, ...(example !== undefined && { example }) }) as const

const texts = (about: Documented) =>
  several.optional().meta(listed({ type: 'string', minLength: 1, maxLength: LONGEST }, about))

/** Values of a fixed set, in either case. */
const among = <T extends string>(known: readonly T[], about: Documented) =>
  several
    .transform((values, context) =>
      values.map((value): T => {
        const match = known.find((each) => each.toLowerCase() === value.toLowerCase())
        if (match === undefined) context.addIssue(`does not know "${value}"; it takes ${known.join(', ')}`)
        return match ?? (value as T)
      }),
    )
    .optional()
    .meta(listed({ type: 'string', enum: known }, about))

const WHEN = 'a date (2026-01-31, UTC), a time (ISO 8601, UTC where no zone is given), or 7d, 24h, 30m ago'

/** A time as a person writes it; what it names depends on when it is asked. */
export const when = (description: string, example = '7d') =>
  single.optional().meta({ description: `${description}: ${WHEN}`, example })

/** One of these. */
export const choice = <const T extends string>(known: readonly [T, ...T[]], description: string) =>
  z
    .enum(known, { error: `takes ${known.join(', ')}` })
    .optional()
    .meta({ description })

/** Where: the part of a filter that any list of instances takes. */
export const placeFilters = {
  account: texts({ description: 'only these accounts', example: ['111122223333'] }),
  region: texts({ description: 'only these regions', example: ['eu-central-1'] }),
  cluster: texts({ description: 'only these clusters' }),
  instance: texts({ description: 'only these instances, by id or as `account/region/id`' }),
}

export const ruleFilter = { rule: texts({ description: 'only these rules, by id' }) }

/** What a finding is, where, of which rule. */
export const kindFilters = {
  ...placeFilters,
  ...ruleFilter,
  control: texts({ description: 'only these controls', example: ['2.3'] }),
  severity: among(SEVERITIES, { description: 'only these severities' }),
}

export const statusFilter = (description = 'only these statuses') => ({
  status: among(STATUSES, { description }),
})

export const sinceFilter = { since: when('only what has been so since then or later') }

/** Instances in these states. */
export const stateFilter = {
  state: among(['assessed', 'unreachable', 'unmanaged', 'stopped', 'excluded', 'left-scope', 'retired'], {
    description: 'only instances in these states',
  }),
}

/** The part of a list that is wanted. */
export const paging = ({ usual = 100, most = 1000 } = {}) => ({
  limit: z.coerce
    .number({ error: `takes a whole number from 1 to ${most}` })
    .int(`takes a whole number from 1 to ${most}`)
    .min(1, `takes a whole number from 1 to ${most}`)
    .max(most, `takes a whole number from 1 to ${most}`)
    .default(usual)
    .meta({ description: 'the most entries of an answer' }),
  cursor: z
    .string({ error: TWICE })
    .min(1, 'is empty; begin without one')
    .max(8192, 'is none of this API; begin again without one')
    .optional()
    .meta({ description: 'the `next` of the answer before, with the same parameters: goes on after it' }),
})

/** Part of a path that names something. */
const name = (description: string, example?: string) =>
  z
    .string()
    // Neither spaces nor the signs that part keys of the table.
    .regex(/^[!"$-.0-~\u00a0-\uffff]{1,128}$/, 'is no such name')
    .meta({ description, ...(example !== undefined && { example }) })

/** An instance in a path. */
export const instancePath = {
  account: name('the account', '111122223333'),
  region: name('the region', 'eu-central-1'),
  instance: name('the id of the instance', 'i-0123456789abcdef0'),
}

export const rulePath = { rule: name('the id of the rule', 'etcd-auto-tls-disabled') }
export const scanPath = { scanId: name('the id of the scan', '20260131T120000Z') }
export const hashPath = { hash: name('the `evidenceHash` of a finding or a change') }
export const idPath = { id: name('the id of the rule', 'etcd-auto-tls-disabled') }

/** What the table is asked for. `since` is a moment by now. */
export const filterOf = (
  query: Partial<
    Record<Exclude<keyof FindingFilter, 'status' | 'severity' | 'since'>, string[] | undefined>
  > & {
    status?: Status[] | undefined
    severity?: Severity[] | undefined
  },
  since?: string,
): FindingFilter => {
  const { status, rule, control, instance, cluster, account, region, severity } = query
  return {
    ...(status && { status }),
    ...(rule && { rule }),
    ...(control && { control }),
    ...(instance && { instance }),
    ...(cluster && { cluster }),
    ...(account && { account }),
    ...(region && { region }),
    ...(severity && { severity }),
    ...(since !== undefined && { since }),
  }
}
