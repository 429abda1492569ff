import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { ENGINES } from '../../shared/history/engines.ts'
import { decidingHash } from '../../shared/history/kept-rules.ts'
import { loadRules } from '../../shared/rules/load.ts'
import type { Rule } from '../../shared/rules/rule.ts'
import { ENGINE_VERSION } from '../../shared/version.ts'
import { behaviours, evidenceOf } from '../behaviour.ts'

const sha256 = (value: unknown): string => createHash('sha256').update(JSON.stringify(value)).digest('hex')

const SAMPLES = new URL('../../samples/nodes/', import.meta.url)
const cases: unknown[] = [
  ...['etcd-behaviour.jsonl', 'etcd-behaviour-more.jsonl'].flatMap((file) =>
    behaviours(file).map((one) => evidenceOf(one)),
  ),
  ...readdirSync(SAMPLES)
    .sort()
    .map((name) => JSON.parse(readFileSync(new URL(name, SAMPLES), 'utf8')) as unknown),
  { unreadable: 'ENVELOPE_CUT', message: 'was cut', output: 'cannot fork' },
]

/**
 * A verdict carries the versions that gave it, and is one day judged again by them. So a version that gives another verdict
 * than it did is the worst that can happen to it. Where this fails and an entry of the file changes under the same versions:
 * - `decides`: a rule was changed; give it a new `version`.
 * - `verdicts`: the engine was changed; move ENGINE_VERSION and freeze the engine of before (docs/adr/0011).
 * Only where `cases` changed, or an entry of new versions came, is it right to write the file anew (`vitest -u`).
 */
test.each(Object.entries(ENGINES))('engine %s and the rules give what they gave', async (version, engine) => {
  const pinned = loadRules().map((rule) => {
    const verdicts = cases.map((stored) => {
      const [{ status, reason, running, declared, effect } = {}] = engine(stored, [rule])
      return [status, reason, running?.status, declared?.status, effect]
    })
    return [`${rule.id}#${rule.version}`, { decides: decidingHash(rule), verdicts: sha256(verdicts) }]
  })
  const text = JSON.stringify({ cases: sha256(cases), rules: Object.fromEntries(pinned) }, null, 2)
  await expect(`${text}\n`).toMatchFileSnapshot(`../fixtures/engines/${version}.json`)
})

test('this release carries the engine that it judges by', () => {
  expect(Object.keys(ENGINES)).toContain(ENGINE_VERSION)
})

test.each<[string, boolean, (rule: Rule) => Partial<Rule>]>([
  ['its title', false, () => ({ title: 'other' })],
  ['its severity', false, () => ({ severity: 'low' })],
  ['its controls', false, ({ controls }) => ({ controls: controls.slice(1) })],
  ['what it says', false, () => ({ says: { pass: 'other', fail: 'other' } })],
  ['its examples', false, () => ({ examples: [] })],
  ['the order of its facts', false, ({ facts }) => ({ facts: facts.toReversed() })],
  ['the words of a condition', false, ({ assert }) => ({ assert: altered(assert, { says: 'other' }) })],
  ['the order of keys in a condition', false, ({ assert }) => ({ assert: rekeyed(assert) })],
  ['the reason of a condition', true, ({ assert }) => ({ assert: altered(assert, { reason: 'OTHER' }) })],
  ['what it asks for', true, ({ assert }) => ({ assert: altered(assert, { equals: false }) })],
  ['the order of its conditions', true, ({ assert }) => ({ assert: { all: assert.all.toReversed() } })],
  ['a condition less', true, ({ assert }) => ({ assert: { all: assert.all.slice(1) } })],
  ['a reason', true, ({ reasons }) => ({ reasons: { ...reasons, pass: 'OTHER' } })],
  ['the facts it needs', true, () => ({ facts: ['peer-auto-tls'] })],
  ['its version', true, () => ({ version: 2 })],
])('a rule with another in %s decides otherwise: %s', (_, decides, change) => {
  const rule = loadRules().find(({ id }) => id === 'etcd-client-cert-auth-enabled') as Rule
  expect(decidingHash({ ...rule, ...change(rule) }) !== decidingHash(rule)).toBe(decides)
})

const altered = ({ all: [first, ...rest] }: Rule['assert'], change: object): Rule['assert'] => ({
  all: [{ ...first, ...change } as Rule['assert']['all'][number], ...rest],
})
const rekeyed = ({ all }: Rule['assert']): Rule['assert'] => ({
  all: all.map((each) => Object.fromEntries(Object.entries(each).toReversed()) as typeof each),
})
