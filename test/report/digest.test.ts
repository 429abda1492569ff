import { expect, test } from 'vitest'
import type { Coverage } from '../../shared/findings/coverage.ts'
import type { Transition } from '../../shared/findings/records.ts'
import { buildDigest, type DigestInput, type DigestMessage, MOST_LISTED } from '../../shared/report/digest.ts'

const change = (over: Partial<Transition>): Transition => ({
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

const coverage = (assessed: number, total: number): Coverage => ({
  total,
  assessed,
  byState: { assessed, ...(total > assessed && { unreachable: total - assessed }) },
})

const input = (over: Partial<DigestInput>): DigestInput => ({
  scanId: 's2',
  at: '2026-01-31T12:04:00.000Z',
  coverage: coverage(12, 12),
  findings: { FAIL: 1, PASS: 11 },
  transitions: [],
  targetErrors: [],
  previous: { scanId: 's1', coverage: coverage(12, 12) },
  baseline: false,
  ...over,
})

const first = (transitions: Transition[], all = coverage(9, 12)): DigestInput => {
  const { previous: _, ...rest } = input({ transitions, baseline: true, coverage: all })
  return rest
}

const digestOf = (from: DigestInput): DigestMessage => {
  const digest = buildDigest(from)
  if (!digest) throw new Error('no digest')
  return digest
}

test('nothing changed: no message', () => {
  expect(buildDigest(input({}))).toBeUndefined()
})

test('a new instance that passes is no news', () => {
  expect(buildDigest(input({ transitions: [change({ to: 'PASS' })] }))).toBeUndefined()
})

test('the first scan writes even where nothing fails, and says that it is the first', () => {
  const { subject, bodies, attributes } = digestOf(first([change({ to: 'PASS' })]))
  expect(subject).toBe('fleet-scanner, first scan: 9 of 12 assessed')
  expect(bodies.email).toContain('This is the first scan')
  expect(bodies.email).toContain('9 of 12 assessed; not assessed: 3 unreachable')
  expect(attributes).toMatchObject({ kind: 'baseline', worst: 'NONE' })
})

test('a failure says where, what, since when, and which command shows more', () => {
  const { subject, bodies, attributes } = digestOf(input({ transitions: [change({ from: 'PASS' })] }))
  expect(subject).toBe('fleet-scanner: 1 fail again after a pass')
  const text = bodies.email.replace(/\s+/g, ' ')
  expect(text).toContain('i-0a, cluster prod, 111122223333/eu-west-1')
  expect(text).toContain('etcd (pid 812) runs with auto-TLS on, set by --auto-tls=true')
  expect(text).toContain('FAIL since 2026-01-31 12:03 UTC, before: PASS; CIS 2.3, high')
  expect(bodies.email).toContain('\n    fleet-scanner history --instance i-0a\n')
  expect(attributes).toEqual({ scanId: 's2', kind: 'change', worst: 'FAIL', severity: 'high' })
})

test('each kind of change has its own words, the worst first', () => {
  const { subject, bodies, attributes } = digestOf(
    input({
      transitions: [
        change({ instanceId: 'i-5', from: 'ERROR', to: 'PASS' }),
        change({ instanceId: 'i-4', from: 'FAIL', to: 'PASS' }),
        change({ instanceId: 'i-3', from: 'PASS', to: 'ERROR' }),
        change({ instanceId: 'i-2', from: 'PASS' }),
        change({ instanceId: 'i-1' }),
        change({ instanceId: 'i-6', from: 'FAIL', fromReason: 'OLD', reason: 'NEW' }),
      ],
    }),
  )
  const places = ['i-1', 'i-2', 'i-3', 'i-4', 'i-5', 'i-6'].map((id) => bodies.email.indexOf(`- ${id},`))
  expect(places.every((place) => place > 0)).toBe(true)
  expect(places).toEqual(places.toSorted((a, b) => a - b))
  expect(subject).toMatch(/^fleet-scanner: 1 failing, .*1 recovered/)
  expect(bodies.email).toContain('Recovered (1)')
  expect(bodies.email.replace(/\s+/g, ' ')).toContain('for NEW and before for OLD')
  expect(JSON.parse(bodies.default).counts).toMatchObject({
    failing: 1,
    regressed: 1,
    recovered: 1,
    other: 1,
  })
  expect(attributes.worst).toBe('FAIL')
})

test('a recovery alone is good news, and filters can tell', () => {
  const { subject, attributes } = digestOf(input({ transitions: [change({ from: 'FAIL', to: 'PASS' })] }))
  expect(subject).toBe('fleet-scanner: 1 recovered')
  expect(attributes).toMatchObject({ worst: 'PASS', severity: 'none' })
})

test('losing sight of instances is a change; still not seeing them is none', () => {
  const { subject, bodies } = digestOf(input({ coverage: coverage(9, 12) }))
  expect(subject).toBe('fleet-scanner: 3 more not assessed')
  expect(bodies.email).toContain('The scan before: 12 of 12 assessed')
  const before = { scanId: 's1', coverage: coverage(9, 12) }
  expect(buildDigest(input({ coverage: coverage(9, 12), previous: before }))).toBeUndefined()
  expect(buildDigest(input({ coverage: coverage(10, 12), previous: before }))).toBeUndefined()
})

test('a target that has just become unreachable is told once', () => {
  const targetErrors = ['111122223333/eu-west-1: its instances could not be listed: denied (request 1)']
  expect(digestOf(input({ targetErrors })).subject).toBe('fleet-scanner: 1 target out of reach')
  const again = ['111122223333/eu-west-1: its instances could not be listed: denied (request 2)']
  const previous = { scanId: 's1', coverage: coverage(12, 12), targetErrors }
  expect(buildDigest(input({ targetErrors: again, previous }))).toBeUndefined()
})

test('a node cannot write into the message: no escapes, no markup, no lines, no subject', () => {
  const evil = 'x\u001b[2J\u202e\r\nSubject: owned <script>alert(1)</script>'
  const { subject, bodies } = digestOf(
    input({ transitions: [change({ instanceId: `i-'$(id)${evil}`, cluster: evil, message: evil })] }),
  )
  expect(subject).toBe('fleet-scanner: 1 failing')
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not be there
  expect(bodies.email).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e]/)
  expect(bodies.email.split('\n').some((line) => line.startsWith('Subject:'))).toBe(false)
  expect(bodies.default).not.toMatch(/[<\n\u202e]/)
  expect(JSON.parse(bodies.default).changes[0].message).toContain('<script>')
  expect(JSON.parse(bodies.default).changes[0].history).toContain("--instance 'i-'\\''$(id)")
})

test('ten thousand changes fit in one message: some are listed, all are counted', () => {
  const transitions = Array.from({ length: 10_000 }, (_, i) =>
    change({
      instanceId: `i-${String(i).padStart(17, '0')}`,
      message: 'm'.repeat(5000),
      cluster: 'c'.repeat(500),
    }),
  )
  const { subject, bodies } = digestOf(
    input({ transitions, targetErrors: Array(500).fill('a/b: '.repeat(200)) }),
  )
  expect(subject.length).toBeLessThan(100)
  expect(Buffer.byteLength(JSON.stringify(bodies))).toBeLessThan(100_000)
  expect(bodies.email).toContain('Failing (10000)')
  expect(bodies.email).toContain(`${10_000 - MOST_LISTED} more changes are not listed`)
  expect(JSON.parse(bodies.default)).toMatchObject({
    omitted: 10_000 - MOST_LISTED,
    counts: { failing: 10_000 },
  })
  for (const line of bodies.email.split('\n')) expect([...line].length).toBeLessThanOrEqual(76)
})

test('the same scan always gives the same message', () => {
  const transitions = ['i-2', 'i-1', 'i-3'].map((instanceId) => change({ instanceId }))
  expect(digestOf(input({ transitions }))).toEqual(digestOf(input({ transitions: transitions.toReversed() })))
})

test('several troubles of one target are one target out of reach', () => {
  const targetErrors = ['a/b: not sent', 'a/b: not judged', 'c/d: denied']
  expect(digestOf(input({ targetErrors })).subject).toBe('fleet-scanner: 2 targets out of reach')
})

test('a verdict that a newer rule or engine has turned is told apart from what happened on a node', () => {
  const { subject, bodies } = digestOf(
    input({
      transitions: [
        change({ from: 'PASS', cause: 'engine' }),
        change({ from: 'PASS', instanceId: 'i-0b' }),
        change({ from: 'FAIL', to: 'PASS', cause: 'rule', instanceId: 'i-0c' }),
      ],
    }),
  )
  expect(subject).toBe('fleet-scanner: 1 fail again after a pass, 2 judged otherwise by a newer version')
  expect(bodies.email).toMatch(/nothing changed on the[ \n]+node \(2\)\n +- i-0a,/)
  expect(JSON.parse(bodies.default)).toMatchObject({
    counts: { regressed: 1, rejudged: 2, recovered: 0 },
    changes: [{ instanceId: 'i-0b' }, { cause: 'engine' }, { cause: 'rule' }],
  })
})
