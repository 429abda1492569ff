import * as z from 'zod'
import type { Coverage } from '../../findings/coverage.ts'
import type { ScanRecord } from '../../findings/records.ts'
import type { SeenInstance } from '../../queries/fleet-then.ts'
import type { Freshness } from '../../queries/freshness.ts'
import type { KnownNode } from '../../store/store.ts'
import { cluster, count, coverageState, type Keys, node, status, time } from './basic.ts'

export const coverage = z
  .object({
    total: count.describe('instances that should have been assessed: all but stopped, excluded and gone'),
    assessed: count,
    byState: z.partialRecord(coverageState, count),
  } satisfies Keys<Coverage>)
  .meta({ id: 'Coverage', description: 'Instances by what a scan could say of them.' })

const answeringScan = z
  .object({ scanId: z.string(), openedAt: time, closedAt: time, coverage: coverage.optional() })
  .meta({ id: 'AnsweringScan', description: 'The newest scan of the whole fleet that had closed by then.' })

export const fresh = z
  .object({
    at: time.describe('the moment that the answer is about'),
    scan: answeringScan.optional(),
  } satisfies Keys<Freshness>)
  .meta({ id: 'Freshness', description: 'How fresh an answer is. Without a scan nothing can be said.' })

export const findingCounts = z.partialRecord(status, count).describe('findings by status; absent: none')

export const scan = z
  .object({
    scanId: z.string(),
    status: z.enum(['open', 'closed', 'failed', 'cancelled']),
    trigger: z.enum(['schedule', 'manual']),
    only: z.array(z.string()).optional().describe('the instances it was for; absent: the whole fleet'),
    openedAt: time,
    closedAt: time.optional(),
    deadlineAt: time,
    targets: count.describe('accounts and regions that it looks at'),
    targetsHash: z.string().optional().describe('scans with the same one were of the same targets'),
    coverage: coverage.optional(),
    findings: findingCounts.optional(),
    changes: count.optional(),
    engineVersion: z.string(),
    digest: z.enum(['none', 'frozen', 'published']).optional(),
    targetErrors: z.array(z.string()).optional().describe('why targets could not be looked at'),
    emptyTargets: z.array(z.string()).optional().describe('targets without an instance, as `account/region`'),
    seal: z
      .object({ number: count, hash: z.string() })
      .optional()
      .describe('over what the scan has recorded; absent until it is made'),
  } satisfies Keys<ScanRecord>)
  .meta({ id: 'Scan' })

export const targetProgress = z
  .object({
    account: z.string(),
    region: z.string(),
    instances: count.describe('of which something is recorded so far'),
    byState: z.partialRecord(coverageState, count),
  })
  .meta({ id: 'TargetProgress' })

export const seenInstance = z
  .object({
    ...node,
    state: coverageState,
    detail: z.string().optional().describe("Systems Manager's own status, or another reason"),
    cluster,
  } satisfies Keys<SeenInstance> & { cluster: z.ZodType })
  .meta({ id: 'SeenInstance', description: 'An instance as the scan that answers saw it.' })

export const knownNode = z
  .object({
    node: z.object(node),
    state: coverageState,
    detail: z.string().optional(),
    cluster,
    tags: z.record(z.string(), z.string()).describe('those that scans keep'),
    assessedAt: time.optional().describe('when it was last assessed, as of the last change of its state'),
  } satisfies Keys<KnownNode>)
  .meta({ id: 'Instance', description: 'An instance as it stands.' })
