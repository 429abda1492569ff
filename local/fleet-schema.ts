import * as z from 'zod'
import { HOME_ACCOUNT } from './caller.ts'
import { DENIABLE } from './denied.ts'

/** Where an instance is unless its entry says otherwise. */
const DEFAULT_REGION = 'eu-central-1'

const yes = z
  .string()
  .refine((text) => text === 'true' || text === 'false', 'must be true or false')
  .transform((text) => text === 'true')
  .default(false)

const wholeNumber = (most: number) =>
  z
    .string()
    .regex(/^\d+$/, 'must be a whole number')
    .transform(Number)
    .pipe(z.number().max(most, `must be at most ${most}`))
    .default(0)

const account = z.string().regex(/^\d{12}$/, 'must be an account id of 12 digits')
const region = z.string().regex(/^[a-z]{2,}(-[a-z]+)+-\d+$/, 'must be a region, such as eu-west-1')

const instanceFields = z.strictObject({
  id: z
    .string()
    .regex(/^i-([0-9a-f]{8}|[0-9a-f]{17})$/, 'must be an instance id: i- and 8 or 17 hexadecimal digits'),
  account: account.default(HOME_ACCOUNT),
  region: region.default(DEFAULT_REGION),
  tags: z.record(z.string(), z.string()).default({}),
  state: z
    .enum(['running', 'stopped', 'terminated'], { error: 'must be running, stopped or terminated' })
    .default('running'),
  /** The collector really runs here. */
  thisMachine: yes,
  /** Answers with this file: saved collector output, or Evidence JSON (`.json`); relative to the fleet file. */
  recording: z.string().min(1, 'must name a file').optional(),
  /** Answers with this text. */
  prints: z.string().optional(),
  /** Known to Systems Manager, which has lost the connection. */
  offline: yes,
  /** Online, takes the command, never answers. */
  silent: yes,
  /** Runs, unknown to Systems Manager. */
  unmanaged: yes,
  /** The exit code that a recording or a text comes with. */
  exitCode: wholeNumber(255),
  /** How long the answer takes. */
  delaySeconds: wholeNumber(3600),
  /** The version of its SSM Agent. */
  agentVersion: z
    .string()
    .regex(/^\d+(\.\d+){3}$/, 'must be a version of four numbers, such as "3.3.0.0"')
    .optional(),
})

const SOURCES = ['thisMachine', 'recording', 'prints', 'offline', 'silent', 'unmanaged'] as const

const instance = instanceFields.superRefine((entry, context) => {
  const given = SOURCES.filter((key) => entry[key] !== undefined && entry[key] !== false)
  const isUp = entry.state === 'running'
  if (given.length > 1)
    context.addIssue({
      code: 'custom',
      message: `has ${given.map((key) => `\`${key}\``).join(' and ')}; keep one of them`,
    })
  if (given.length === 0 && isUp)
    context.addIssue({
      code: 'custom',
      message: `says not how it answers; give it one of ${SOURCES.join(', ')}`,
    })
})

/** A call that is refused; without a region, in all of the account's. */
const deniedCall = z.strictObject({
  action: z.enum(DENIABLE, { error: `must be one of ${DENIABLE.join(', ')}` }),
  account,
  region: region.optional(),
})

const unitId = z
  .string()
  .regex(/^(r-[0-9a-z]{4,32}|ou-[0-9a-z]{4,32}-[0-9a-z]{8,32})$/, 'must be an id such as ou-ab12-11112222')

/** An organizational unit, and what is directly in it. */
const organizationalUnit = z.strictObject({
  id: unitId,
  accounts: z.array(account).default([]),
  /** Accounts that AWS has suspended. */
  suspended: z.array(account).default([]),
  units: z.array(unitId).default([]),
})

/** How Security Hub behaves there: where it is off, and which findings it refuses, by a part of their id. */
const securityHub = z.strictObject({
  off: z.array(z.strictObject({ account, region: region.optional() })).default([]),
  rejects: z.array(z.string().min(1, 'must be a part of an id')).default([]),
})

/** What a fleet file may hold; read as text without types, so that an account id keeps its zeros. */
export const fleetSchema = z.strictObject({
  instances: z.array(instance).min(1, 'must list at least one instance'),
  denied: z.array(deniedCall).default([]),
  organization: z.array(organizationalUnit).default([]),
  securityHub: securityHub.optional(),
})

export type InstanceEntry = z.output<typeof instance>
export type FleetUnit = z.output<typeof organizationalUnit>
