import { expect, test } from 'vitest'
import { buildDigest } from '../../shared/report/digest.ts'
import { coversOf, transitionId } from '../../shared/report/digest-covers.ts'
import { bodyOf, change, digestOf, first, flowing, input } from './digest.fixture.ts'

test('nothing changed: no message', () => {
  expect(buildDigest(input({}))).toBeUndefined()
})

test('a new instance that passes is no news, nor is one that is gone and passed', () => {
  expect(buildDigest(input({ transitions: [change({ to: 'PASS' })] }))).toBeUndefined()
  const gone = change({ from: 'PASS', to: 'PASS', closed: 'retired' })
  expect(buildDigest(input({ transitions: [gone] }))).toBeUndefined()
})

test('the first scan writes even where nothing fails, and says that it is the first', () => {
  const digest = digestOf(first([change({ to: 'PASS' })]))
  expect(digest.subject).toBe('fleet-scanner, first scan: 9 of 12 assessed')
  expect(digest.bodies.email).toContain('This is the first scan')
  expect(flowing(digest)).toContain('9 of 12 assessed; not assessed: 3 unreachable')
  expect(digest.attributes).toMatchObject({ kind: 'baseline', worst: 'NONE' })
})

test('a failure says where, what, since when, what to do, and which command shows more', () => {
  const digest = digestOf(input({ transitions: [change({ from: 'PASS' })] }))
  expect(digest.subject).toBe('fleet-scanner: 1 fail again after a pass')
  const text = flowing(digest)
  expect(text).toContain('cluster prod, CIS 2.3 etcd-auto-tls-disabled, high')
  expect(text).toContain('Fix: Take the setting out where the evidence shows it, give etcd certificates')
  expect(text).toContain('- i-0a, 111122223333/eu-west-1')
  expect(text).toContain(
    'FAIL since 2026-01-31 12:03 UTC, before PASS: etcd (pid 812) runs with auto-TLS on, set by --auto-tls=true',
  )
  expect(digest.bodies.email).toContain('\n  fleet-scanner history --stack fleet-scanner --instance i-0a\n')
  expect(digest.attributes).toEqual({
    ...{ digestId: 's2/default', scanId: 's2', route: 'default' },
    ...{ kind: 'change', worst: 'FAIL', severity: 'high' },
  })
})

test('each kind of change has its own words, the worst first', () => {
  const digest = digestOf(
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
  const { blocks, counts } = bodyOf(digest)
  const ids = blocks.flatMap(({ lines }) => lines.map(({ instanceId }) => instanceId))
  expect(ids).toEqual(['i-1', 'i-2', 'i-3', 'i-4', 'i-5', 'i-6'])
  expect(digest.subject).toMatch(/^fleet-scanner: 1 failing, .*1 recovered/)
  expect(digest.bodies.email).toContain('Passed before, fails now (1)')
  expect(blocks.at(-1)?.lines[0]?.message).toContain('for NEW and before for OLD')
  expect(counts).toMatchObject({ failing: 1, regressed: 1, recovered: 1, other: 1 })
  expect(digest.attributes.worst).toBe('FAIL')
})

test('of one cluster and rule the heading is read once; the higher severity comes first', () => {
  const { blocks } = bodyOf(
    digestOf(
      input({
        transitions: [
          change({ instanceId: 'i-1', cluster: 'a', severity: 'low', ruleId: 'low-rule', control: '2.1' }),
          change({ instanceId: 'i-3', cluster: 'z' }),
          change({ instanceId: 'i-2', cluster: 'z' }),
          change({ instanceId: 'i-4', cluster: 'y' }),
        ],
      }),
    ),
  )
  expect(blocks.map(({ cluster, count }) => [cluster, count])).toEqual([
    ['y', 1],
    ['z', 2],
    ['a', 1],
  ])
})

test('a node that cannot be judged for one reason is one line, under all of its controls', () => {
  const rules = ['2.1', '2.2', '2.3', '2.6'].map((control) =>
    change({ ruleId: `rule-${control}`, control, from: 'PASS', to: 'ERROR', reason: 'PS_TRUNCATED' }),
  )
  const digest = digestOf(input({ transitions: rules }))
  const { counts, blocks } = bodyOf(digest)
  expect(counts.undecided).toBe(1)
  expect(blocks[0]?.lines[0]?.transitions).toHaveLength(4)
  expect(digest.bodies.email).toContain('CIS 2.1-2.3 2.6')
  expect(digest.subject).toBe('fleet-scanner: 1 could not be judged')
})

test('a recovery alone is good news, and filters can tell', () => {
  const { subject, attributes } = digestOf(input({ transitions: [change({ from: 'FAIL', to: 'PASS' })] }))
  expect(subject).toBe('fleet-scanner: 1 recovered')
  expect(attributes).toMatchObject({ worst: 'PASS', severity: 'none' })
})

test('instances that stay out of reach, and those that are back, are named', () => {
  const seen = { account: '111122223333', region: 'eu-west-1', cluster: 'prod' }
  const digest = digestOf(
    input({
      lost: [
        {
          ...seen,
          instanceId: 'i-off',
          state: 'unreachable',
          detail: 'ConnectionLost',
          assessedAt: '2026-01-30T12:00:00Z',
        },
      ],
      back: [{ ...seen, instanceId: 'i-on', state: 'assessed' }],
    }),
  )
  expect(digest.subject).toBe('fleet-scanner: 1 not assessed twice in a row, 1 assessed again')
  expect(flowing(digest)).toContain(
    'i-off, 111122223333/eu-west-1 unreachable (ConnectionLost); last assessed 2026-01-30 12:00 UTC',
  )
})

test('a target out of reach, one in reach again, and one that is new', () => {
  const targetErrors = ['111122223333/eu-west-1: its instances could not be listed: denied (request 1)']
  const lost = digestOf(input({ targetErrors, lostTargets: 1 }))
  expect(lost.subject).toBe('fleet-scanner: 1 target out of reach')
  expect(flowing(lost)).toContain('Not fully scanned (1): - 111122223333/eu-west-1: its instances')
  expect(buildDigest(input({ targetErrors, lostTargets: 0 }))).toBeUndefined()
  expect(digestOf(input({ regained: ['a/b'] })).subject).toBe('fleet-scanner: 1 target in reach again')
  const added = digestOf(
    input({
      added: [{ target: '111122223333/eu-west-1', instances: 3 }],
      newTargets: new Set(['111122223333/eu-west-1']),
      transitions: [change({})],
    }),
  )
  expect(added.subject).toBe('fleet-scanner: 1 found in a new target, 1 new target')
  expect(flowing(added)).toContain('First scan of 111122223333/eu-west-1: 3 instances.')
})

test('a failure that is waived is counted, and not listed as a failure; the new one under a wide waiver is told', () => {
  const waiverOf = () => ({ name: 'waiver w-1', wide: false })
  const covered = [change({ from: 'PASS' })]
  expect(buildDigest(input({ transitions: covered, waiverOf }))).toBeUndefined()
  const more = [...covered, change({ instanceId: 'i-9', from: 'FAIL', to: 'PASS' })]
  const digest = digestOf(
    input({ transitions: more, waiverOf: ({ to }) => (to === 'FAIL' ? waiverOf() : undefined) }),
  )
  expect(bodyOf(digest)).toMatchObject({ waived: 1, counts: { regressed: 0, recovered: 1 } })
  expect(digest.bodies.email).toContain('1 new failure is waived.')
  const wide = digestOf(
    input({ transitions: [change({})], waiverOf: () => ({ name: 'waiver w-2', wide: true }) }),
  )
  expect(wide.subject).toBe('fleet-scanner: 1 new under a waiver')
  expect(flowing(wide)).toContain('waiver w-2: etcd (pid 812) runs')
})

test('what flaps is told once with its count, and what has settled with its verdict', () => {
  const flaps = change({ from: 'PASS' })
  const last = change({ instanceId: 'i-q', from: 'FAIL', to: 'PASS', scanId: 's1' })
  const digest = digestOf(
    input({
      transitions: [flaps],
      flapping: new Map([[transitionId(flaps), 4]]),
      settled: [{ last, covers: [last] }],
      covers: [flaps, last],
    }),
  )
  expect(digest.subject).toBe('fleet-scanner: 1 flapping, 1 settled')
  expect(flowing(digest)).toContain('4 changes in 24 hours: etcd')
  expect(bodyOf(digest).covers).toEqual(coversOf([last, flaps]))
  expect(bodyOf(digest).covers.ids).toHaveLength(2)
})

test('more than a tenth of the fleet at once points at a rollout or at the scanner', () => {
  const transitions = [change({})]
  const said = (instances: number, of: number) =>
    digestOf(input({ transitions, changed: { instances, of } })).bodies.email
  expect(said(11, 100).replace(/\s+/g, ' ')).toContain('11 of 100 instances changed at once: a rollout')
  expect(said(10, 100)).not.toContain('rollout')
  expect(said(2, 3)).not.toContain('rollout')
})

test('the same scan always gives the same message', () => {
  const transitions = ['i-2', 'i-1', 'i-3'].map((instanceId) => change({ instanceId }))
  expect(digestOf(input({ transitions }))).toEqual(digestOf(input({ transitions: transitions.toReversed() })))
})

test('a verdict that a newer rule or engine has turned is told apart from what happened on a node', () => {
  const digest = digestOf(
    input({
      transitions: [
        change({ from: 'PASS', cause: 'engine' }),
        change({ from: 'PASS', instanceId: 'i-0b' }),
        change({ from: 'FAIL', to: 'PASS', cause: 'rule', instanceId: 'i-0c' }),
      ],
    }),
  )
  expect(digest.subject).toBe(
    'fleet-scanner: 1 fail again after a pass, 2 judged otherwise by a newer version',
  )
  expect(flowing(digest)).toContain('nothing changed on the node (2)')
  expect(bodyOf(digest).counts).toMatchObject({ regressed: 1, rejudged: 2, recovered: 0 })
})

test('who loses the tags is told whatever its verdict; who is terminated only where it was not mended', () => {
  const left = change({ from: 'PASS', to: 'PASS', closed: 'left-scope', message: 'no tags' })
  expect(digestOf(input({ transitions: [left] }))).toMatchObject({
    subject: 'fleet-scanner: 1 left the scope',
    attributes: { worst: 'NONE', severity: 'none' },
  })
  const gone = change({ from: 'FAIL', closed: 'retired' })
  expect(digestOf(input({ transitions: [gone] })).subject).toBe('fleet-scanner: 1 left the fleet unmended')
})
