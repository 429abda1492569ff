import * as z from 'zod'
import { evidenceSchema } from '../evidence/evidence.ts'

const line = z.string().min(1)

const booleans = z.enum(['auto-tls', 'client-cert-auth', 'peer-auto-tls', 'peer-client-cert-auth'])
const texts = z.enum([
  'cert-file',
  'key-file',
  'trusted-ca-file',
  'peer-cert-file',
  'peer-key-file',
  'peer-trusted-ca-file',
])
/** Where one condition fails for another reason than the rule's own. */
const own = { reason: line.optional(), says: line.optional() }

/** One thing that must hold of a setting; a rule passes when all of its conditions hold. */
const condition = z.union([
  z.strictObject({ setting: booleans, equals: z.boolean(), ...own }),
  z.strictObject({ setting: texts, set: z.literal(true), ...own }),
  /** Auto-TLS does not drop the setting. */
  z.strictObject({ kept: z.enum(['client-cert-auth', 'peer-client-cert-auth']), ...own }),
])

const example = z.strictObject({
  title: line,
  status: z.enum(['PASS', 'FAIL', 'ERROR', 'NOT_APPLICABLE']),
  reason: line,
  evidence: evidenceSchema,
})

/** A rule as its YAML file holds it: what a benchmark asks, in our words, and how it is decided. */
export const ruleSchema = z.strictObject({
  /** The state one wants; also the file's name. */
  id: z.string().regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, 'must be lower case words joined by dashes'),
  /** Moves when verdicts could differ. */
  version: z.int().positive(),
  title: line,
  severity: z.enum(['low', 'medium', 'high', 'critical']),
  description: line,
  rationale: line,
  audit: line,
  remediation: line,
  impact: line,
  defaultValue: line,
  references: z.array(z.url()).min(1),
  controls: z.array(z.strictObject({ framework: line, version: line, control: line, title: line })).min(1),
  /** The settings that the rule needs to know. */
  facts: z.array(line).min(1),
  assert: z.strictObject({ all: z.array(condition).min(1) }),
  /** Reason codes of the two decided verdicts. */
  reasons: z.strictObject({ pass: line, fail: line }),
  /** How a message names the two states: "etcd runs with ...". */
  says: z.strictObject({ pass: line, fail: line }),
  examples: z
    .array(example)
    .refine((list) => list.some((one) => one.status === 'PASS'), 'needs an example that passes')
    .refine((list) => list.some((one) => one.status === 'FAIL'), 'needs an example that fails')
    .refine((list) => list.some((one) => one.status === 'ERROR'), 'needs an example with facts missing'),
})

export type Rule = z.infer<typeof ruleSchema>
export type Condition = z.infer<typeof condition>

/** The control of the CIS Kubernetes benchmark that the rule answers. */
export const controlOf = (rule: Rule): string =>
  (rule.controls.find((one) => one.framework === 'cis-kubernetes') ?? rule.controls[0])?.control ?? rule.id
