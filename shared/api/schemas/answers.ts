import * as z from 'zod'
import type { Change } from '../../queries/changes.ts'
import type { OpenCluster } from '../../queries/cluster-open-since.ts'
import type { LongestGap } from '../../queries/coverage-gaps.ts'
import type { Exception } from '../../queries/exceptions.ts'
import type { Failure } from '../../queries/failures-of.ts'
import { FIX_GROUPS, POSTURE_GROUPS } from '../../queries/groups.ts'
import type { PostureRow } from '../../queries/posture.ts'
import type { Fix, FixTimes } from '../../queries/time-to-fix.ts'
import {
  closing,
  cluster,
  count,
  coverageState,
  type Keys,
  kind,
  node,
  seconds,
  seenBy,
  severity,
  status,
  statusCounts,
  time,
} from './basic.ts'

export const change = z
  .object({
    ...node,
    ...kind,
    cluster,
    kind: z.enum(['appeared', 'left', 'failing', 'fixed', 'unclear', 'other', 'and-back']),
    from: status.optional().describe('absent: there was no such finding'),
    fromReason: z.string().optional(),
    to: status,
    reason: z.string(),
    closed: closing.optional(),
    at: time.describe('the last change'),
    scanId: z.string(),
    times: count.describe('how many changes there were'),
    message: z.string(),
    cause: z.enum(['engine', 'rule']).optional(),
  } satisfies Keys<Change>)
  .meta({ id: 'Change', description: 'The difference that a time made to one finding.' })

const failure = z
  .object({
    ...node,
    ruleId: z.string(),
    start: seenBy,
    end: seenBy.optional().describe('absent: it fails still'),
    closed: closing.optional(),
  } satisfies Keys<Failure>)
  .meta({ id: 'Failure' })

export const openCluster = z
  .object({
    cluster: z.string(),
    ruleId: z.string(),
    lastGood: seenBy.optional(),
    firstBad: seenBy,
    failures: z.array(failure).describe('of single instances, without a break up to now, oldest first'),
    waived: z.literal(true).optional(),
  } satisfies Keys<OpenCluster>)
  .meta({ id: 'OpenCluster', description: 'A rule that a cluster fails, whichever of its instances do.' })

export const postureRow = z
  .object({
    day: z.string().describe('UTC'),
    group: z.string().optional(),
    ...statusCounts,
    notAssessed: count.describe('instances that the scan should have assessed and did not'),
    scanId: z.string(),
    closedAt: time,
  } satisfies Keys<PostureRow>)
  .meta({ id: 'PostureRow' })

export const postureBy = z.enum(POSTURE_GROUPS).optional()
export const fixBy = z.enum(FIX_GROUPS).optional()

export const fixTimes = z
  .object({
    group: z.string().optional(),
    fixes: count,
    median: seconds,
    p90: seconds,
    longest: seconds,
  } satisfies Keys<FixTimes>)
  .meta({ id: 'FixTimes', description: 'Whole seconds.' })

export const fix = z
  .object({ ...node, ...kind, cluster, failedAt: time, fixedAt: time, seconds } satisfies Keys<Fix>)
  .meta({ id: 'Fix', description: 'One failure that was mended.' })

export const silence = z
  .object({ from: time, to: time, seconds })
  .describe('the longest time in which no scan of the whole fleet closed')

export const gap = z
  .object({
    of: z.string().describe('an instance as `account/region/id`, or a cluster'),
    cluster,
    from: time,
    to: time,
    seconds,
    missed: count.describe('scans'),
    open: z.boolean().describe('nothing has assessed it since'),
    why: z.array(
      z.object({
        state: z.union([coverageState, z.literal('not-seen')]),
        detail: z.string().optional(),
        scans: count,
      }),
    ),
  } satisfies Keys<LongestGap>)
  .meta({ id: 'Gap' })

export const exception = z
  .object({
    id: z.string(),
    rule: z.string(),
    scope: z.object({ kind: z.enum(['instance', 'cluster', 'account', 'tag']), value: z.string() }),
    reason: z.string(),
    ticket: z.string(),
    approvedBy: z.string().optional(),
    until: time,
    who: z.string(),
    createdAt: time,
    changedBy: z.string(),
    changedAt: time,
    removed: z.object({ at: time, by: z.string() }).optional(),
    revision: count,
    ends: time,
  } satisfies Keys<Exception>)
  .meta({ id: 'Exception', description: 'A waiver as it stood when it last held.' })

const openCounts = {
  FAIL: count.describe('those that are waived, too'),
  ERROR: count,
  waived: count.describe('how many of FAIL are'),
}

export const openTotal = z.object(openCounts).meta({ id: 'OpenCounts' })

export const openOfCluster = z
  .object({
    cluster: z.string().describe('`(none)`: of instances whose tags name none'),
    ...openCounts,
    worst: severity.describe('of what is open and not waived; where all is, of that'),
  })
  .meta({ id: 'OpenOfCluster' })
