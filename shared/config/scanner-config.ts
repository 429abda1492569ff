import * as z from 'zod'
import { accountId, count, email, list, name, oneOf, region, yesOrNo } from './fields.ts'
import { apiSchema, evidenceBucketSchema, securityHubSchema } from './optional-parts.ts'
import { memberRoles } from './role-arn.ts'
import { routeSchema } from './route-schema.ts'
import { scheduleProblem, timeZoneProblem } from './schedule-expression.ts'
import type { TagSelector } from './selectors.ts'
import { severityOverrideSchema, targetSchema } from './target-schema.ts'

/** How long the collector may run on a node, in seconds: the limit that stands in the Command document. */
export const EXECUTION_TIMEOUT_SECONDS = 60

/** Systems Manager accepts no shorter delivery timeout. */
export const SHORTEST_DELIVERY_SECONDS = 30

/** Text for which `problemOf` finds nothing to say. */
const without = (problemOf: (text: string) => string | undefined) =>
  z.string().check(({ value, issues }) => {
    const message = problemOf(value)
    if (message !== undefined) issues.push({ code: 'custom', message, input: value })
  })

const schedule = z.strictObject({
  expression: without(scheduleProblem)
    .meta({ pattern: '^(rate|cron)\\(.+\\)$' })
    .default('rate(1 day)')
    .describe('rate(6 hours), or cron(minutes hours day-of-month month day-of-week year).'),
  timeZone: without(timeZoneProblem)
    .meta({ pattern: '^[A-Za-z]' })
    .default('UTC')
    .describe('The time zone that a cron expression means.'),
  flexibleMinutes: count(0, 1440).default(0).describe('The scan may start this much later.'),
})

const sla = z.strictObject({
  critical: count(0, 3650).default(7).describe('Days that a critical finding may stay open.'),
  high: count(0, 3650).default(30).describe('Days that a high finding may stay open.'),
  medium: count(0, 3650).default(90).describe('Days that a medium finding may stay open.'),
  low: count(0, 3650).default(180).describe('Days that a low finding may stay open.'),
})

/** What `fleet-scanner.yaml` may hold. Unknown keys are errors: a misspelt key must not silently widen or narrow a scan. */
export const scannerConfigSchema = z.strictObject({
  name: z
    .string()
    .regex(/^[A-Za-z][A-Za-z0-9-]{0,30}$/, 'must be letters, digits and hyphens')
    .default('fleet-scanner')
    .describe('Names the stacks, and what is in them.'),
  home: z
    .strictObject({
      account: accountId.describe('The account that the scanner runs in.'),
      region: region.describe('The region that it runs in.'),
    })
    .optional()
    .describe('Where the scanner itself runs; needed to deploy it.'),
  organization: z
    .string()
    .regex(/^o-[a-z0-9]{10,32}$/, 'must be an id such as o-a1b2c3d4e5')
    .optional()
    .describe(
      'The organization that all accounts belong to: its id becomes a condition of every trust policy.',
    ),
  targets: list(targetSchema, 'target').describe('What to scan.'),
  clusterTag: name('a tag key')
    .optional()
    .describe(
      "The tag that names an instance's cluster; without it kubernetes.io/cluster/NAME, KubernetesCluster and cluster are tried.",
    ),
  ownerTag: name('a tag key').default('owner').describe('The tag that names who answers for an instance.'),
  optOutTag: name('a tag key')
    .default('fleet-scanner:exclude')
    .describe(
      'An instance with this tag is left out, and counted as excluded; a value of false does not count.',
    ),
  schedule: schedule
    .default({ expression: 'rate(1 day)', timeZone: 'UTC', flexibleMinutes: 0 })
    .describe('When scans start by themselves.'),
  deadlineMinutes: count(2, 1440).default(15).describe('How long a scan may wait for answers.'),
  commandTimeoutSeconds: count(SHORTEST_DELIVERY_SECONDS, 86_400)
    .default(120)
    .describe('How long a node may take to pick the command up.'),
  concurrency: z
    .strictObject({
      targets: count(1, 50).default(10).describe('Targets that are looked at at the same time.'),
      commands: count(1, 50)
        .default(10)
        .describe('Commands of one target that are under way at the same time.'),
    })
    .default({ targets: 10, commands: 10 })
    .describe('How much a scan does side by side.'),
  poll: z
    .strictObject({
      firstSeconds: count(1, 60).default(2).describe('The first wait, in seconds.'),
      longestSeconds: count(1, 300).default(30).describe('What the waits grow to, in seconds.'),
    })
    .default({ firstSeconds: 2, longestSeconds: 30 })
    .describe("Waits between two looks at a command's answers."),
  rulesOff: z
    .array(name('the id of a rule'))
    .default([])
    .describe('Rules, by id, that are not judged by; their open findings are closed.'),
  routes: z
    .array(routeSchema)
    .default([])
    .describe('Who is told of what. Without any, one route named default takes everything.'),
  reminder: z
    .strictObject({
      everyDays: count(1, 365).default(7).describe('Days between two reminders.'),
      off: yesOrNo.default(false).describe('true for no reminders.'),
    })
    .default({ everyDays: 7, off: false })
    .describe('How often a message lists what is still open beyond its SLA.'),
  sla: sla
    .default({ critical: 7, high: 30, medium: 90, low: 180 })
    .describe('How many days a finding may stay open, by severity.'),
  severities: z
    .array(severityOverrideSchema)
    .default([])
    .describe("Severities that are not the rules' own; the first that fits an instance and a rule counts."),
  waivers: z
    .strictObject({
      maxDays: count(1, 3650).default(365).describe('The longest time that a waiver may hold, in days.'),
      approval: oneOf(['required', 'optional'])
        .default('optional')
        .describe('Whether another person has to approve a waiver.'),
      tags: z
        .array(name('a tag key'))
        .default([])
        .describe(
          'Further tags that waivers may go by: scans keep only the tags that the configuration names.',
        ),
    })
    .default({ maxDays: 365, approval: 'optional', tags: [] })
    .describe('What a waiver needs.'),
  alarms: z
    .strictObject({
      email: z.array(email).default([]).describe('Who is told when the scanner itself is broken.'),
      coverageBelowPercent: count(1, 100)
        .default(90)
        .describe('A scan that assessed less of the fleet than this raises an alarm.'),
      noScanHours: count(1, 24 * 32)
        .optional()
        .describe(
          'Hours without a closed scan that raise an alarm; without it, worked out from the schedule.',
        ),
    })
    .default({ email: [], coverageBelowPercent: 90 })
    .describe('Who is told when the scanner itself is broken, and from what coverage on.'),
  retention: z
    .strictObject({
      historyDays: count(1, 3650)
        .default(400)
        .describe('Days that superseded changes and ended scans are kept.'),
    })
    .default({ historyDays: 400 })
    .describe('How long the past is kept; the latest change of each finding always is.'),
  api: apiSchema
    .optional()
    .describe('An HTTP API that answers questions to the findings. Without this key there is none.'),
  evidenceBucket: evidenceBucketSchema
    .optional()
    .describe(
      'A bucket with Object Lock, which each closed scan writes its seal to. Without this key there is none.',
    ),
  securityHub: securityHubSchema
    .optional()
    .describe(
      'A third member role, by which findings are sent to Security Hub. Without this key there is none.',
    ),
  removalPolicy: oneOf(['retain', 'destroy'])
    .default('retain')
    .describe('What becomes of table and key when the stack is deleted.'),
})

export type ScannerConfig = z.output<typeof scannerConfigSchema>
export type Route = ScannerConfig['routes'][number]
export type SeverityOverride = ScannerConfig['severities'][number]

/** One account and region to scan, with how to get in and what to look for. */
export type ScanTarget = {
  account: string
  region: string
  /** ARNs: the sender lists instances and sends commands, the reader reads what came back. */
  roles: { sender: string; reader: string }
  externalId?: string
  selectors: TagSelector[]
  /** Of an account that an organizational unit brought: the entry of `targets` that names the unit, from 0. */
  entry?: number
}

/**
 * One target for each account and region, in the order of the file; a role given by name becomes its ARN. Of
 * organizational units, the accounts that `accountsIn` knows in them. An account and region that several entries bring
 * is one target: an entry that names the account wins, then the first.
 */
export const scanTargets = (
  config: ScannerConfig,
  accountsIn: ReadonlyMap<string, string[]> = new Map(),
): ScanTarget[] => {
  const named = config.targets.flatMap((entry) =>
    entry.account === undefined ? [] : targetsOf(entry, entry.account),
  )
  const ofUnits = config.targets.flatMap((entry, at) =>
    (entry.organizationalUnits ?? [])
      .flatMap((unit) => accountsIn.get(unit) ?? [])
      .flatMap((account) => targetsOf(entry, account).map((target) => ({ ...target, entry: at }))),
  )
  const seen = new Set<string>()
  return [...named, ...ofUnits].filter(({ account, region }) => {
    const key = `${account}/${region}`
    if (seen.has(key)) return false
    seen.add(key)
    return true
  })
}

const targetsOf = (
  { regions, role, externalId, selectors }: ScannerConfig['targets'][number],
  account: string,
): ScanTarget[] =>
  regions.map((region) => ({
    account,
    region,
    roles: memberRoles({ account, region, role }),
    ...(externalId !== undefined && { externalId }),
    selectors,
  }))
