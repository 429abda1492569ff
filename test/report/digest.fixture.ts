import type { Coverage } from '../../shared/findings/coverage.ts'
import type { Transition } from '../../shared/findings/records.ts'
import { buildDigest, type DigestInput, type DigestMessage } from '../../shared/report/digest.ts'
import { type DigestBody, digestBodySchema } from '../../shared/report/digest-body.ts'
import { fixFor } from '../../shared/rules/fix.ts'

export const change = (over: Partial<Transition>): Transition => ({
  account: '111122223333',
  region: 'eu-west-1',
  instanceId: 'i-0a',
  cluster: 'prod',
  ruleId: 'etcd-auto-tls-disabled',
  control: '2.3',
  severity: 'high',
  scanId: 's2',
  at: '2026-01-31T12:03:00.000Z',
  to: 'FAIL',
  reason: 'AUTO_TLS_ENABLED',
  message: 'etcd (pid 812) runs with auto-TLS on, set by --auto-tls=true',
  ...over,
})

export const coverage = (assessed: number, total: number): Coverage => ({
  total,
  assessed,
  byState: { assessed, ...(total > assessed && { unreachable: total - assessed }) },
})

export const input = (over: Partial<DigestInput>): DigestInput => ({
  route: 'default',
  scanId: 's2',
  openedAt: '2026-01-31T12:00:00.000Z',
  at: '2026-01-31T12:04:00.000Z',
  place: '--stack fleet-scanner',
  fixOf: fixFor,
  coverage: coverage(12, 12),
  findings: { FAIL: 1, PASS: 11 },
  transitions: [],
  targetErrors: [],
  previous: { coverage: coverage(12, 12) },
  baseline: false,
  covers: over.transitions ?? [],
  ...over,
})

/** The first scan of a fleet. */
export const first = (transitions: Transition[], all = coverage(9, 12)): DigestInput => {
  const { previous: _, ...rest } = input({ transitions, baseline: true, coverage: all })
  return rest
}

export const digestOf = (from: DigestInput): DigestMessage => {
  const digest = buildDigest(from)
  if (!digest) throw new Error('no digest')
  return digest
}

/** The JSON body, held against its schema. */
export const bodyOf = ({ bodies }: Pick<DigestMessage, 'bodies'>): DigestBody =>
  digestBodySchema.parse(JSON.parse(bodies.default))

/** A mail as one line: where it is broken does not matter. */
export const flowing = ({ bodies }: DigestMessage): string => bodies.email.replace(/\s+/g, ' ')
