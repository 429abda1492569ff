import * as z from 'zod'

/** A schema for each key of a type: one that is forgotten does not compile. */
export type Keys<T> = Record<keyof T, z.ZodType>

export const status = z.enum(['PASS', 'FAIL', 'ERROR', 'NOT_APPLICABLE']).meta({
  id: 'Status',
  description: 'PASS and FAIL are decided; ERROR could not be; NOT_APPLICABLE is proved.',
})

export const severity = z.enum(['critical', 'high', 'medium', 'low']).meta({ id: 'Severity' })

export const coverageState = z
  .enum(['assessed', 'unreachable', 'unmanaged', 'stopped', 'excluded', 'left-scope', 'retired'])
  .meta({ id: 'CoverageState', description: 'What a scan could say of an instance.' })

export const closing = z
  .enum(['retired', 'left-scope', 'rule-off'])
  .describe('what ended the finding without its being mended')

/** A moment, ISO 8601, UTC. */
export const time = z.iso.datetime()

export const count = z.int().min(0)
export const seconds = z.number().min(0)

export const next = z.string().optional().describe('more follows: give it as `cursor`')

export const node = {
  account: z.string(),
  region: z.string(),
  instanceId: z.string(),
}

/** Which finding, and of what kind it is. */
export const kind = {
  ruleId: z.string(),
  control: z.string().describe('of the CIS Kubernetes benchmark'),
  severity,
}

export const cluster = z.string().optional().describe("as the instance's tags name it")

export const statusCounts = {
  PASS: count,
  FAIL: count,
  ERROR: count,
  NOT_APPLICABLE: count,
}

export const seenBy = z
  .object({ scanId: z.string(), at: time })
  .meta({ id: 'SeenBy', description: 'A scan that saw it, and when.' })
