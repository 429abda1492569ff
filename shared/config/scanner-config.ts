import { z } from 'zod'
import { roleArn } from './role-arn.ts'
import { selectorsSchema, type TagSelector } from './selectors.ts'

/** How long the collector may run on a node, in seconds: the limit that stands in the Command document. */
export const EXECUTION_TIMEOUT_SECONDS = 60

/** Systems Manager accepts no shorter delivery timeout. */
export const SHORTEST_DELIVERY_SECONDS = 30

/** Numbers arrive as text: the file is read without types, so that account 012345678901 keeps its zero. */
const count = (least: number, most: number) =>
  z
    .string()
    .regex(/^\d+$/, 'must be a whole number')
    .transform(Number)
    .pipe(z.number().min(least, `must be at least ${least}`).max(most, `must be at most ${most}`))

const name = (what: string) => z.string().trim().min(1, `must be ${what}, not empty`)

const region = z.string().regex(/^[a-z]{2,}(-[a-z]+)+-\d+$/, 'must be a region, such as eu-west-1')

const target = z.strictObject({
  account: z.string().regex(/^\d{12}$/, 'must be an account id of 12 digits'),
  regions: z.array(region).min(1, 'must list at least one region'),
  /** Name or ARN of the role to assume in that account; absent: the scanner's own role. */
  role: name('the name or ARN of a role').optional(),
  externalId: name('an external id').optional(),
  /** An instance that has all tags of any one set is scanned. */
  selectors: selectorsSchema,
})

/** What `fleet-scanner.yaml` may hold. Unknown keys are errors: a misspelt key must not silently widen or narrow a scan. */
export const scannerConfigSchema = z.strictObject({
  targets: z.array(target).min(1, 'must list at least one target'),
  /** The tag that names an instance's cluster; absent: the usual ones are tried. */
  clusterTag: name('a tag key').optional(),
  /** An instance with this tag is left out, and counted as excluded; a value of `false` does not count. */
  optOutTag: name('a tag key').default('fleet-scanner:exclude'),
  /** How long a scan may wait for answers. */
  deadlineMinutes: count(2, 1440).default(15),
  /** How long a node may take to pick the command up. */
  commandTimeoutSeconds: count(SHORTEST_DELIVERY_SECONDS, 86_400).default(120),
  /** The Systems Manager Command document that holds the collector. */
  documentName: name('the name of a Command document').default('fleet-scanner-collector'),
  /** Waits between two looks at a command's answers: the first, and what they grow to, in seconds. */
  poll: z
    .strictObject({ firstSeconds: count(1, 60).default(2), longestSeconds: count(1, 300).default(30) })
    .default({ firstSeconds: 2, longestSeconds: 30 }),
})

export type ScannerConfig = z.output<typeof scannerConfigSchema>

/** One account and region to scan, with how to get in and what to look for. */
export type ScanTarget = {
  account: string
  region: string
  /** The ARN of the role to assume. */
  role?: string
  externalId?: string
  selectors: TagSelector[]
}

/** One target for each account and region, in the order of the file; a role given by name becomes its ARN. */
export const scanTargets = (config: ScannerConfig): ScanTarget[] =>
  config.targets.flatMap(({ account, regions, role, externalId, selectors }) =>
    regions.map((region) => ({
      account,
      region,
      ...(role !== undefined && { role: roleArn({ account, region, role }) }),
      ...(externalId !== undefined && { externalId }),
      selectors,
    })),
  )
