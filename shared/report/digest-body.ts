import * as z from 'zod'
import { DIGEST_GROUPS } from './digest-groups.ts'

const status = z.enum(['PASS', 'FAIL', 'ERROR', 'NOT_APPLICABLE'])
const severity = z.enum(['low', 'medium', 'high', 'critical'])
const count = z.int().nonnegative()
const group = z.enum(DIGEST_GROUPS)

const coverage = z.strictObject({
  total: count.describe('instances that the scan should have assessed'),
  assessed: count,
  byState: z.partialRecord(
    z.enum(['assessed', 'unreachable', 'unmanaged', 'stopped', 'excluded', 'left-scope', 'retired']),
    count,
  ),
})

const rule = z.strictObject({ ruleId: z.string(), control: z.string(), severity })

const line = z.strictObject({
  account: z.string().exactOptional(),
  region: z.string().exactOptional(),
  instanceId: z.string().exactOptional(),
  cluster: z.string().exactOptional(),
  rules: z
    .array(rule)
    .describe('the rules whose verdicts this line is about; several where they say the same'),
  from: status.exactOptional(),
  to: status.exactOptional(),
  reason: z.string().exactOptional().describe('a reason code of docs/verdicts.md'),
  message: z.string().describe('what is wrong, in words; text from a node, made plain'),
  since: z.string().exactOptional().describe('ISO 8601, UTC'),
  cause: z.enum(['engine', 'rule']).exactOptional(),
  closed: z.enum(['retired', 'left-scope', 'rule-off']).exactOptional(),
  history: z.string().exactOptional().describe('the command that shows more'),
  transitions: z
    .array(z.string())
    .describe('the changes told by this line, six at most: `account/region/instance rule scan`'),
  moreTransitions: count.exactOptional().describe('changes told by this line beyond those'),
})

const block = z.strictObject({
  group,
  heading: z.string(),
  cluster: z.string().exactOptional(),
  rules: z.array(rule),
  fix: z.string().exactOptional().describe('what to do about it'),
  count: count.describe('lines of this block, also those that are not listed'),
  lines: z.array(line),
})

/** The digest for programs, version 2. Strings are plain text; whoever makes markup of them has to escape them. */
export const digestBodySchema = z.strictObject({
  type: z.literal('fleet-scanner.digest'),
  schemaVersion: z.literal(2),
  digestId: z.string().describe('the same on every publication of this digest'),
  scanId: z.string(),
  route: z.string(),
  kind: z.enum(['baseline', 'change', 'reminder', 'test']),
  at: z.string().describe('when it was made: ISO 8601, UTC'),
  subject: z.string(),
  worst: z.enum([...status.options, 'NONE']).describe('the worst verdict among what is new'),
  severity: z.enum([...severity.options, 'none']).describe('the highest severity among what newly fails'),
  partial: z
    .enum(['chosen', 'cancelled'])
    .exactOptional()
    .describe('the scan was of chosen instances, or was cancelled'),
  notes: z.array(z.string()).describe('what else to know, a sentence or two each'),
  coverage: coverage.describe('of the whole fleet'),
  previousCoverage: coverage.exactOptional(),
  findings: z.partialRecord(status, count).describe('of the whole fleet'),
  counts: z.record(group, count).describe('lines by group, also those that are not listed'),
  waived: count.describe('new failures that a waiver covers: counted, not listed as failures'),
  blocks: z.array(block).describe('by group, cluster and rule, the worst first'),
  omitted: count.describe('lines that are counted and not listed'),
  more: z.string().describe('the command that lists all of it'),
  targetErrors: z.array(z.string()).describe('targets that were not fully scanned; ten at most'),
  covers: z
    .strictObject({
      count,
      sha256: z.string().describe('of the ids, sorted by code unit and joined by line breaks'),
      ids: z
        .array(z.string())
        .exactOptional()
        .describe('left out where there are more than 1,000, or than 96 KiB of them'),
    })
    .describe('the changes that this digest tells of or counts; each is covered by one digest of a route'),
})

export type DigestBody = z.infer<typeof digestBodySchema>
export type DigestBlock = DigestBody['blocks'][number]
export type DigestLine = DigestBlock['lines'][number]
export type DigestRule = z.infer<typeof rule>
