import { expect, test } from 'vitest'
import type { DigestMessage } from '../../shared/report/digest.ts'
import { MOST_LISTED } from '../../shared/report/digest-blocks.ts'
import { coversOf } from '../../shared/report/digest-covers.ts'
import { DIGEST_GROUPS } from '../../shared/report/digest-groups.ts'
import { subjectOf } from '../../shared/report/digest-subject.ts'
import { bodyOf, change, digestOf, flowing, input } from './digest.fixture.ts'

/** What SNS takes, and what a reader does. */
const expectToFit = ({ subject, bodies, attributes, amazonQ }: DigestMessage) => {
  expect(subject.length).toBeLessThan(100)
  expect(subject).toMatch(/^[ -~]+$/)
  expect(Buffer.byteLength(JSON.stringify(bodies))).toBeLessThan(256 * 1024 - 2000)
  expect(Buffer.byteLength(amazonQ)).toBeLessThan(256 * 1024)
  expect(Object.keys(attributes).length).toBeLessThanOrEqual(10)
  expect(Object.values(attributes).every((value) => value !== '')).toBe(true)
  const lines = bodies.email.trimEnd().split('\n')
  expect(lines.length).toBeLessThanOrEqual(40)
  expect(Buffer.byteLength(bodies.email)).toBeLessThanOrEqual(8 * 1024)
  for (const line of lines) expect([...line].length).toBeLessThanOrEqual(76)
}

test.each(['m', '\u4e16', '\u{1F600}', '\u0300', '<', '"', '\u202e'])(
  'ten thousand changes whose names and messages are of %j fit in one message: some are listed, all are counted',
  (character) => {
    const transitions = Array.from({ length: 10_000 }, (_, i) =>
      change({
        instanceId: `i-${String(i).padStart(17, '0')}`,
        message: character.repeat(5000),
        cluster: `${i % 3}${character.repeat(500)}`,
      }),
    )
    const digest = digestOf(
      input({
        transitions,
        changed: { instances: 10_000, of: 20_000 },
        targetErrors: Array(500).fill(`a/b: ${character.repeat(2000)}`),
        lostTargets: 1,
      }),
    )
    expectToFit(digest)
    expect(digest.bodies.email).toContain('Failing (10000)')
    expect(flowing(digest).replaceAll('\\ ', '')).toMatch(
      /Not listed: 99\d\d failing\. All of it: fleet-scanner history --stack fleet-scanner --since 2026-01-31T12:00/,
    )
    expect(bodyOf(digest)).toMatchObject({
      omitted: 10_000 - MOST_LISTED,
      counts: { failing: 10_000 },
      covers: coversOf(transitions),
    })
    expect(bodyOf(digest).covers).toEqual({ count: 10_000, sha256: expect.stringMatching(/^[0-9a-f]{64}$/) })
  },
)

test('as many ids as are listed fit, and make the same hash in any order', () => {
  const transitions = Array.from({ length: 1000 }, (_, i) =>
    change({ instanceId: `i-${String(i).padStart(17, '0')}`, ruleId: 'etcd-peer-client-cert-auth-enabled' }),
  )
  const digest = digestOf(input({ transitions }))
  expectToFit(digest)
  expect(bodyOf(digest).covers.ids).toHaveLength(1000)
  expect(bodyOf(digest).covers).toEqual(coversOf(transitions.toReversed()))
})

test('a message with everything at once fits, and counts what it does not list', () => {
  const transitions = Array.from({ length: 60 }, (_, i) =>
    change({
      instanceId: `i-${i}`,
      cluster: `cluster-${i}`,
      from: (['PASS', 'ERROR', 'FAIL'] as const)[i % 3] ?? 'PASS',
      to: (['FAIL', 'ERROR', 'PASS', 'NOT_APPLICABLE'] as const)[i % 4] ?? 'FAIL',
    }),
  )
  const digest = digestOf(
    input({
      transitions,
      place: `--stack ${'s'.repeat(31)}`,
      added: Array.from({ length: 30 }, (_, i) => ({
        target: `11112222333${i}/ap-southeast-1`,
        instances: 9,
      })),
      regained: Array.from({ length: 30 }, (_, i) => `11112222333${i}/ap-southeast-1`),
      targetErrors: Array(30).fill('111122223333/eu-west-1: denied'),
      lostTargets: 30,
      changed: { instances: 60, of: 60 },
      partial: 'cancelled',
    }),
  )
  expectToFit(digest)
  expect(digest.bodies.email).toContain('Not listed: ')
})

test('a command that is too long for a line is broken as a shell takes it', () => {
  const { bodies } = digestOf(
    input({
      transitions: [change({ instanceId: 'i-0123456789abcdef0' })],
      place: `--stack ${'s'.repeat(31)}`,
    }),
  )
  expect(bodies.email).toContain(
    `\n  fleet-scanner history --stack ${'s'.repeat(31)} \\\n    --instance i-0123456789abcdef0\n`,
  )
})

test('a subject has whole parts, and says where there are more', () => {
  const parts = DIGEST_GROUPS.map((group) => `10000 ${group} of a kind`)
  const subject = subjectOf('fleet-scanner: ', parts)
  expect(subject.length).toBeLessThan(100)
  expect(subject).toMatch(/of a kind, \.\.\.$/)
  expect(subjectOf('fleet-scanner: ', ['1 failing', '2 recovered'])).toBe(
    'fleet-scanner: 1 failing, 2 recovered',
  )
})

test('a node cannot write into the message: no escapes, no markup, no lines, no subject, no chat commands', () => {
  const evil = 'x\u001b[2J\u202e\r\nSubject: owned <script>alert(1)</script> <!channel> *b* `code` @here'
  const digest = digestOf(
    input({ transitions: [change({ instanceId: `i-'$(id)${evil}`, cluster: evil, message: evil })] }),
  )
  const { subject, bodies, amazonQ } = digest
  expectToFit(digest)
  expect(subject).toBe('fleet-scanner: 1 failing')
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not be there
  expect(bodies.email).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e]/)
  expect(bodies.email.split('\n').some((line) => line.startsWith('Subject:'))).toBe(false)
  expect(bodies.default).not.toMatch(/[<\n\u202e]/)
  const line = bodyOf(digest).blocks[0]?.lines[0]
  expect(line?.message).toContain('<script>')
  expect(line?.history).toContain("--instance 'i-'\\''$(id)")
  const { description } = JSON.parse(amazonQ).content
  expect(description).not.toMatch(/<|>/)
  // What is outside of code has nothing from the node.
  expect(description.replaceAll(/`[^`]*`/g, '')).not.toMatch(/owned|channel|here|\bb\b/)
})
