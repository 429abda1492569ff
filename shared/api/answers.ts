import * as z from 'zod'
import { evidenceSchema } from '../evidence/evidence.ts'
import { SEVERITIES } from './parameters.ts'
import {
  change,
  exception,
  fix,
  fixBy,
  fixTimes,
  gap,
  openCluster,
  openOfCluster,
  openTotal,
  postureBy,
  postureRow,
  silence,
} from './schemas/answers.ts'
import { count, next, time } from './schemas/basic.ts'
import { openFinding, overdueFinding, pastFinding, storedFinding, transition } from './schemas/finding.ts'
import { shownRule } from './schemas/rule.ts'
import {
  coverage,
  findingCounts,
  fresh,
  knownNode,
  scan,
  seenInstance,
  targetProgress,
} from './schemas/scan.ts'

const span = { from: time, to: time }

const rules = z.object({ rules: z.array(shownRule) })

const unreadableOutput = z
  .object({ unreadable: z.string().describe('a reason code'), message: z.string(), output: z.string() })
  .meta({ id: 'UnreadableOutput', description: 'What a node printed that was no evidence.' })

/** What each route answers, by its path. */
export const ANSWERS = {
  '/v1/findings': z.object({ fresh, findings: z.array(z.union([storedFinding, pastFinding])), next }),
  '/v1/findings/{account}/{region}/{instance}/{rule}': z.object({
    fresh,
    finding: storedFinding.optional(),
    changes: z.array(transition),
    open: openFinding.optional(),
    next,
  }),
  '/v1/open': z.object({ fresh, open: z.array(openFinding), next }),
  '/v1/open-clusters': z.object({ fresh, clusters: z.array(openCluster), next }),
  '/v1/overdue': z.object({
    fresh,
    sla: z.record(z.string(), z.number()).describe('days that a finding may stay open, by severity'),
    overdue: z.array(overdueFinding),
    next,
  }),
  '/v1/summary': z.object({
    fresh,
    bySeverity: z.object(Object.fromEntries(SEVERITIES.map((each) => [each, openTotal]))).required(),
    byCluster: z.array(openOfCluster).describe('the worst first'),
    byRule: z.record(z.string(), openTotal).describe('by the id of the rule; of the others nothing is open'),
    overdue: z.object({
      count: count.describe('open for longer than allowed, and not waived'),
      first: z.array(overdueFinding).describe('the most overdue of them, few'),
    }),
    failing: count.describe('instances of which something fails that is not waived'),
    total: openTotal,
  }),
  '/v1/instances': z.object({ fresh, instances: z.array(seenInstance), next }),
  '/v1/instances/{account}/{region}/{instance}': z.object({
    fresh,
    instance: knownNode,
    findings: z.array(storedFinding),
  }),
  '/v1/evidence/{account}/{region}/{instance}/{hash}': z.object({
    hash: z.string().describe('SHA-256 of the evidence as it was gathered, in hex'),
    evidence: z.union([
      evidenceSchema.meta({ id: 'Evidence', description: 'What one look at one host showed.' }),
      unreadableOutput,
    ]),
  }),
  '/v1/fleet': z.object({ fresh, coverage: coverage.optional(), findings: findingCounts.optional() }),
  '/v1/scans': z.object({ scans: z.array(scan), next }),
  '/v1/scans/{scanId}': z.object({
    scan,
    progress: z.object({
      sent: count.describe('instances that the collector was sent to'),
      answered: count.describe('those of which it is recorded what came of it'),
    }),
    targets: z.array(targetProgress),
  }),
  '/v1/changes': z.object({ fresh, ...span, changes: z.array(change), next }),
  '/v1/rejudged': z.object({
    fresh,
    ...span,
    verdicts: z.array(transition),
    restatements: z.array(transition),
    next,
  }),
  '/v1/posture': z.object({ fresh, by: postureBy, rows: z.array(postureRow), next }),
  '/v1/time-to-fix': z.object({
    fresh,
    ...span,
    by: fixBy,
    times: z.array(fixTimes),
    fixes: z.array(fix),
    left: count.describe('failures that ended because the instance or the rule was gone'),
    restated: count.describe('failures that a newer engine or rule took back'),
    next,
  }),
  '/v1/gaps': z.object({
    fresh,
    ...span,
    scans: count,
    silence: silence.optional(),
    gaps: z.array(gap),
    next,
  }),
  '/v1/exceptions': z.object({ fresh, ...span, exceptions: z.array(exception), next }),
  '/v1/rules': rules,
  '/v1/rules/{id}': rules,
}

/** Known without the schemas: whoever answers need not load them. */
export type Answers = typeof ANSWERS

/** What a route answers. */
export type AnswerTo<Path extends keyof Answers> = z.input<Answers[Path]>
