import type { Transition } from '../../shared/findings/records.ts'
import { buildDigest, type DigestInput, type DigestMessage } from '../../shared/report/digest.ts'
import { transitionId } from '../../shared/report/digest-covers.ts'
import { buildReminder } from '../../shared/report/digest-reminder.ts'
import { loadRules } from '../../shared/rules/load.ts'
import { controlOf } from '../../shared/rules/rule.ts'
import { change, coverage, first, input } from '../report/digest.fixture.ts'

const NODES = [
  'i-0a10000000000000a',
  'i-0a10000000000000b',
  'i-0a10000000000000c',
  'i-0a10000000000000d',
  'i-0a10000000000000f',
]
const [A = '', B = '', C = '', D = '', F = ''] = NODES

const recovery = { from: 'FAIL', to: 'PASS', reason: 'AUTO_TLS_DISABLED' } as const
const passes = { ...recovery, message: 'etcd (pid 815) runs with auto-TLS off, by default' }

/** One verdict of every rule on a node that cannot be judged. */
const unjudged = (instanceId: string): Transition[] =>
  loadRules().map((rule) =>
    change({
      ...{ instanceId, cluster: 'harbour', from: 'PASS', to: 'ERROR' },
      ...{ ruleId: rule.id, control: controlOf(rule), severity: rule.severity },
      reason: 'ENVELOPE_MISSING',
      message: 'the output holds no envelope of the collector',
    }),
  )

const flapping = change({ instanceId: D, cluster: 'quay', from: 'PASS' })
const quiet = change({ instanceId: C, cluster: 'quay', ...passes, at: '2026-01-30T11:02:00.000Z' })

const mixed: Partial<DigestInput> = {
  route: 'payments',
  coverage: { total: 40, assessed: 38, byState: { assessed: 38, unreachable: 2, stopped: 1 } },
  previous: { coverage: coverage(39, 40) },
  findings: { FAIL: 3, ERROR: 6, PASS: 210 },
  transitions: [
    change({ instanceId: A, cluster: 'harbour', from: 'PASS' }),
    ...unjudged(B),
    change({ instanceId: C, cluster: 'harbour', ...passes }),
    change({
      ...{ instanceId: F, cluster: 'quay', from: 'PASS', to: 'PASS', closed: 'left-scope' },
      message: 'the instance left the scope: by its tags, or with its account',
    }),
    flapping,
  ],
  flapping: new Map([[transitionId(flapping), 4]]),
  settled: [{ last: quiet, covers: [quiet] }],
  lost: [
    {
      ...{ account: '111122223333', region: 'eu-west-1', instanceId: 'i-0a10000000000000e', cluster: 'quay' },
      ...{ state: 'unreachable', detail: 'ConnectionLost', assessedAt: '2026-01-29T12:01:00.000Z' },
    },
  ],
  waivers: [
    {
      message:
        'waiver w-20250301-1a2b3c4d (ticket OPS-7) ends within 7 days, 2026-02-07 23:59 UTC: etcd-auto-tls-disabled, cluster quay; covers 2 failures; asked for by ana',
      since: '2025-03-01T09:00:00.000Z',
    },
  ],
}

const tenThousand = Array.from({ length: 10_000 }, (_, i) =>
  change({
    instanceId: `i-${(0xabc000 + i).toString(16).padStart(17, '0')}`,
    cluster: `cluster-${String(i % 25).padStart(2, '0')}`,
    from: 'PASS',
  }),
)

const EVIL =
  'x\u001b[2J\u202e\r\nSubject: owned <!channel> <https://evil.example|click> <script>alert(1)</script> *b* _i_ `c` &amp; @here'

const INPUTS: Record<string, DigestInput> = {
  baseline: first([
    change({ instanceId: A, cluster: 'harbour' }),
    ...unjudged(B).map(({ from: _, ...each }) => each),
    change({ instanceId: C, cluster: 'harbour', to: 'PASS' }),
  ]),
  'one-failure': input({ transitions: [change({ instanceId: A, cluster: 'harbour', from: 'PASS' })] }),
  recovery: input({ transitions: [change({ instanceId: A, cluster: 'harbour', ...passes })] }),
  mixed: input({ ...mixed, covers: [...(mixed.transitions ?? []), quiet] }),
  'ten-thousand': input({
    transitions: tenThousand,
    changed: { instances: 10_000, of: 20_000 },
    coverage: coverage(20_000, 20_000),
    previous: { coverage: coverage(20_000, 20_000) },
    findings: { FAIL: 10_000, PASS: 110_000 },
  }),
  hostile: input({
    transitions: [change({ instanceId: `i-'$(id)${EVIL}`, cluster: EVIL, message: EVIL })],
    targetErrors: [`111122223333/eu-west-1: ${EVIL}`],
    lostTargets: 1,
  }),
}

const built = (message: DigestMessage | undefined): DigestMessage => {
  if (message === undefined) throw new Error('there is nothing to tell')
  return message
}

/** What is still open two months later. */
const reminder = (): DigestMessage | undefined => {
  const { scanId, coverage: all, findings, place, fixOf } = input({})
  return buildReminder({
    ...{ scanId, route: 'default', at: '2026-04-01T12:00:00.000Z', coverage: all, findings, place, fixOf },
    targetErrors: [],
    open: [change({ instanceId: A, cluster: 'harbour' }), ...unjudged(B)].map(({ to, ...each }) => ({
      ...each,
      ...{ status: to, since: each.at, caveats: [], evidence: [] },
      ...{ engineVersion: '1', ruleVersion: '1', coverage: 'assessed' as const },
      ...{ coverageSince: each.at, assessedAt: each.at },
    })),
    sla: { critical: 7, high: 30, medium: 90, low: 180 },
    everyDays: 7,
  })
}

/** The digests that are kept as golden files, by the name of their files. */
export const digestCases = (): Record<string, DigestMessage> => ({
  ...Object.fromEntries(Object.entries(INPUTS).map(([name, each]) => [name, built(buildDigest(each))])),
  reminder: built(reminder()),
})
