import * as z from 'zod'
import { severity } from './basic.ts'

export const shownRule = z
  .object({
    id: z.string(),
    version: z.int().describe('moves when verdicts could differ'),
    title: z.string(),
    severity: severity.describe('of its own; a configuration may weigh its findings otherwise'),
    description: z.string(),
    rationale: z.string(),
    remediation: z.string(),
    impact: z.string(),
    defaultValue: z.string(),
    references: z.array(z.string()),
    controls: z.array(
      z.object({ framework: z.string(), version: z.string(), control: z.string(), title: z.string() }),
    ),
  })
  .meta({ id: 'Rule' })
