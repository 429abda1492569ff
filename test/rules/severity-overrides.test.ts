import { expect, test } from 'vitest'
import { overridesFor, severitiesOf, withSeverity } from '../../shared/rules/severity-overrides.ts'
import { finding, RULE } from '../store/fleet.fixture.ts'

const prod = { cluster: 'prod', tags: { env: 'prod', team: 'a' } }
const lab = { cluster: 'lab', tags: { env: 'lab' } }
const bare = { tags: {} }
const OVERRIDES = [
  { rule: RULE, clusters: ['prod', 'live'], tags: { team: 'a' }, severity: 'critical' as const },
  { rule: RULE, tags: { env: 'lab' }, severity: 'low' as const },
  { rule: RULE, clusters: ['prod', 'lab'], severity: 'medium' as const },
]
const severityOf = (instance: Parameters<typeof severitiesOf>[0], overrides = OVERRIDES) =>
  severitiesOf(instance, overrides, [RULE])[RULE]

test('an override is for instances of its clusters that have all of its tags; the first that fits counts', () => {
  expect(severityOf(prod)).toBe('critical')
  expect(severityOf({ ...prod, tags: { env: 'prod' } })).toBe('medium')
  expect(severityOf(lab)).toBe('low')
  expect(severityOf(bare)).toBeUndefined()
  expect(severityOf(prod, OVERRIDES.toReversed())).toBe('medium')
})

test('without clusters and tags it is for all; of another rule it is for none', () => {
  expect(severitiesOf(bare, [{ rule: RULE, severity: 'low' }], [RULE])).toEqual({ [RULE]: 'low' })
  expect(severitiesOf(bare, [{ rule: 'another', severity: 'low' }], [RULE])).toEqual({})
})

test('what is sent along is what some instance may need, in its order', () => {
  expect(overridesFor(OVERRIDES, [lab])).toEqual(OVERRIDES.slice(1))
  expect(overridesFor(OVERRIDES, [lab, prod])).toEqual(OVERRIDES)
  expect(overridesFor(OVERRIDES, [bare])).toEqual([])
})

test('a finding keeps everything else, and the place of its keys', () => {
  const before = finding('FAIL')
  expect(withSeverity(before, {})).toBe(before)
  const after = withSeverity(before, { [RULE]: 'low' })
  expect(after).toEqual({ ...before, severity: 'low' })
  expect(Object.keys(after)).toEqual(Object.keys(before))
})
