import * as z from 'zod'
import type { Finding } from '../../findings/finding.ts'
import type { StoredFinding, Transition } from '../../findings/records.ts'
import type { PastFinding } from '../../history/past.ts'
import type { OverdueFinding } from '../../queries/beyond-sla.ts'
import type { OpenFinding } from '../../queries/open-since.ts'
import type { Waived, WaivedBy } from '../../waivers/waived-findings.ts'
import {
  closing,
  cluster,
  count,
  coverageState,
  type Keys,
  kind,
  node,
  seenBy,
  status,
  time,
} from './basic.ts'

const judged = {
  status,
  reason: z.string(),
  caveats: z.array(z.string()),
  value: z.union([z.boolean(), z.string()]).optional(),
  source: z.enum(['flag', 'environment', 'config-file', 'default']).optional(),
}

const excerpt = z
  .object({
    source: z.enum(['process', 'environment', 'config-file', 'manifest', 'ps', 'apiserver']),
    pid: z.int().optional(),
    path: z.string().optional(),
    text: z.string(),
  })
  .meta({ id: 'Excerpt', description: 'What decides, as the node printed it: do not trust this text.' })

const verdict = {
  ...kind,
  status,
  reason: z.string().describe('a stable code, of docs/verdicts.md'),
  message: z.string(),
  caveats: z.array(z.string()),
  running: z
    .object({ status, processes: z.array(z.object({ ...judged, pid: z.int().optional() })) })
    .optional()
    .describe('of the etcds that run'),
  declared: z
    .object({ status, manifests: z.array(z.object({ ...judged, path: z.string() })) })
    .optional()
    .describe('of those that manifests declare: what runs after the next restart'),
  effect: z
    .object({
      servedOnClientPort: z.enum(['auto-self-signed', 'plain-http', 'given-cert']),
      clientCertRequired: z.boolean(),
    })
    .optional()
    .describe('what the client port does in fact'),
  evidence: z.array(excerpt),
} satisfies Keys<Finding>

const waivedBy = z
  .object({
    id: z.string(),
    until: time,
    reason: z.string(),
    ticket: z.string(),
    who: z.string(),
    approvedBy: z.string().optional(),
  } satisfies Keys<WaivedBy>)
  .meta({ id: 'WaivedBy', description: 'The waiver that covers a failure. Its status stays FAIL.' })

const stored = {
  ...node,
  ...verdict,
  cluster,
  since: time.describe('since when the status has been what it is'),
  previousStatus: status.optional(),
  scanId: z.string().describe('the scan that brought the status'),
  evidenceHash: z.string().optional().describe('of the evidence that was judged; see `/v1/evidence`'),
  engineVersion: z.string(),
  ruleVersion: z.string(),
  coverage: coverageState.describe('of its instance now: anything but `assessed` means that this is stale'),
  coverageSince: time,
  assessedAt: time,
  closed: closing.optional(),
  waived: waivedBy.optional(),
} satisfies Keys<Waived<StoredFinding>>

export const storedFinding = z
  .object(stored)
  .meta({ id: 'Finding', description: 'The verdict on one rule and one instance, as it stands.' })

const past = {
  ...node,
  ...verdict,
  cluster,
  since: time,
  previousStatus: status.optional(),
  scanId: z.string(),
  evidenceHash: z.string().optional(),
  engineVersion: z.string().optional(),
  ruleVersion: z.string().optional(),
  coverage: coverageState.optional().describe('as the scan that answers saw the instance; absent: not'),
  detail: z.string().optional(),
  closed: closing.optional(),
  restated: z
    .object({
      at: time,
      status,
      reason: z.string(),
      message: z.string(),
      engineVersion: z.string().optional(),
      ruleVersion: z.string().optional(),
    })
    .optional()
    .describe('what a later judging of the same evidence made of it'),
  waived: waivedBy.optional(),
} satisfies Keys<Waived<PastFinding>>

export const pastFinding = z.object(past).meta({
  id: 'PastFinding',
  description: 'A finding as it stood at a moment, of what its last change recorded.',
})

export const openFinding = z
  .object({
    ...stored,
    lastGood: seenBy.optional().describe('the last scan that saw it good; absent: it was never seen so'),
    firstBad: seenBy.describe('the first scan that saw it fail since'),
  } satisfies Keys<OpenFinding>)
  .meta({ id: 'OpenFinding', description: 'It became so after `lastGood`, and by `firstBad`.' })

export const overdueFinding = z
  .object({
    ...stored,
    openDays: count.describe('whole days'),
    allowedDays: z.number(),
    dueAt: time,
  } satisfies Keys<OverdueFinding>)
  .meta({ id: 'OverdueFinding' })

export const transition = z
  .object({
    ...node,
    ...kind,
    cluster,
    scanId: z.string(),
    at: time,
    from: status.optional().describe('absent: the first verdict'),
    to: status,
    fromReason: z.string().optional(),
    closed: closing.optional(),
    reason: z.string(),
    message: z.string(),
    evidenceHash: z.string().optional(),
    since: time.optional(),
    engineVersion: z.string().optional(),
    ruleVersion: z.string().optional(),
    cause: z.enum(['engine', 'rule']).optional().describe('the facts are the same: it was judged otherwise'),
    restates: time.optional().describe('a restatement: when the restated verdict was given'),
  } satisfies Keys<Transition>)
  .meta({ id: 'Transition', description: 'One change of one finding.' })
