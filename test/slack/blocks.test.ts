import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { buildDigest, type DigestMessage } from '../../shared/report/digest.ts'
import { type DigestBody, digestBodySchema } from '../../shared/report/digest-body.ts'
import { sampleDigest } from '../../shared/report/digest-sample.ts'
import { renderJson } from '../../shared/report/json.ts'
import { type SlackMessage, slackMessage } from '../../shared/report/slack.ts'
import { digestCases } from '../digest/cases.ts'
import { change, input } from '../report/digest.fixture.ts'
import { problemsOf } from './limits.ts'

const cases: Record<string, DigestMessage> = {
  ...digestCases(),
  test: sampleDigest('test-20260131T120000Z', 'default', '2026-01-31T12:00:00.000Z', '--stack fleet-scanner'),
}
const bodyOf = (message: { bodies: { default: string } } | undefined): DigestBody =>
  digestBodySchema.parse(JSON.parse(message?.bodies.default ?? ''))

const textsOf = ({ blocks }: SlackMessage): string[] =>
  blocks.flatMap((block) =>
    block.type === 'context'
      ? block.elements.map((each) => ('text' in each ? each.text : ''))
      : [block.text?.text ?? ''],
  )

/** To accept a change: `vitest run test/slack --update`, and read the difference. */
it.each(Object.entries(cases))('%s reads in Slack as it is kept', async (name, message) => {
  await expect(renderJson(slackMessage(bodyOf(message)))).toMatchFileSnapshot(
    `../fixtures/digests/${name}.slack.json`,
  )
})

describe.each(Object.entries(cases))('%s', (_, message) => {
  const body = bodyOf(message)
  const slack = slackMessage(body)

  it('is what Slack takes', () => {
    expect(problemsOf(slack)).toEqual([])
    expect(JSON.stringify(slack.blocks).length).toBeLessThan(20_000)
    expect(textsOf(slack).join('').length).toBeLessThan(13_000)
  })

  it('lists or counts every line', () => {
    const text = textsOf(slack).join('\n')
    const bullets = text.match(/^• /gm)?.length ?? 0
    const listed = bullets - Math.min(3, body.targetErrors.length)
    const left = Number(/^(\d+) more are not listed here/m.exec(text)?.[1] ?? 0)
    expect(listed + left).toBe(Object.values(body.counts).reduce((sum, count) => sum + count, 0))
  })
})

it('ten thousand changes are a message that somebody can read', () => {
  const text = textsOf(slackMessage(bodyOf(cases['ten-thousand']))).join('\n')
  expect(text).toContain('10000 of 20000 instances changed at once')
  expect(text).toMatch(/^99\d\d more are not listed here/m)
  expect(text).toContain('`fleet-scanner history --stack fleet-scanner --since 2026-01-31T12:00:00.000Z`')
})

it('a digest of more blocks than Slack takes is cut, and counted', () => {
  const body = bodyOf(cases['one-failure'])
  const [block] = body.blocks
  const blocks = Array.from({ length: 60 }, (_, i) => ({
    ...{ heading: 'h', group: 'failing' as const, cluster: `c${i}`, rules: [], count: 1 },
    lines: (block?.lines ?? []).map(({ history: _, ...line }) => ({ ...line, message: 'm' })),
  }))
  const slack = slackMessage({ ...body, blocks, counts: { failing: 60 } as typeof body.counts })
  expect(problemsOf(slack)).toEqual([])
  expect(slack.blocks.length).toBeGreaterThan(45)
  expect(textsOf(slack).join('\n')).toContain('15 more are not listed here')
})

it('what a node is called or prints is text in a code span, whatever it is', () => {
  const text = textsOf(slackMessage(bodyOf(cases.hostile))).join('\n')
  expect(text).toContain('&lt;!channel&gt; &lt;https://evil.example|click&gt;')
  expect(text).not.toMatch(/<!|<http|<@|<#/)
})

it('a command that would run something else when it is pasted is left out', () => {
  const say = (instanceId: string) =>
    textsOf(slackMessage(bodyOf(buildDigest(input({ transitions: [change({ instanceId })] }))))).join('\n')
  expect(say("i-'0")).toContain('--instance')
  expect(say('i-`$(id)`')).not.toContain('--instance')
})

it('holds for anything that a node could say', () => {
  const nasty = fc.string({
    unit: fc.oneof(
      fc.constantFrom('`', '<', '>', '&', '*', '_', '~', '@here', '<!here>', '\n', '\u202e', '|', '```', "'"),
      fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }),
    ),
    minLength: 1,
    maxLength: 400,
  })
  const changes = fc.array(
    fc.record({ instanceId: nasty, cluster: nasty, message: nasty, from: fc.constant('PASS' as const) }),
    { minLength: 1, maxLength: 60 },
  )
  fc.assert(
    fc.property(changes, fc.array(nasty, { maxLength: 12 }), (some, targetErrors) => {
      const body = bodyOf(buildDigest(input({ transitions: some.map(change), targetErrors })))
      expect(problemsOf(slackMessage(body))).toEqual([])
    }),
    { numRuns: 300 },
  )
})
