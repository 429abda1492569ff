import { describe, expect, it } from 'vitest'
import { reasons } from '../../shared/findings/reasons.ts'
import { judge } from '../../shared/rules/judge.ts'
import { loadRules, parseRule } from '../../shared/rules/load.ts'

describe('a rule is judged as its own examples say', () => {
  for (const rule of loadRules())
    it.each(rule.examples.map((one) => [one.title, one] as const))(
      `${rule.id}: %s`,
      (_, { evidence, status, reason }) => {
        expect(judge(evidence, [rule])[0]).toMatchObject({ status, reason })
      },
    )
})

describe('a rule file that is wrong is refused with its line and the mend', () => {
  const [rule] = loadRules()
  it('names an unknown key', () => {
    expect(() => parseRule('id: a-rule\nverison: 1\n', 'a-rule.yaml')).toThrow(
      /^a-rule\.yaml:2: unknown key `verison`/,
    )
  })
  it('names a missing part', () => {
    expect(() => parseRule('id: a-rule\nversion: 1\n', 'a-rule.yaml')).toThrow(/`title` is missing/)
  })
  it('wants the file named like the rule', () => {
    const text = JSON.stringify(rule)
    expect(() => parseRule(text, 'other.yaml')).toThrow(/^other\.yaml:1: `id` is etcd-auto-tls-disabled/)
  })
})

describe('every reason code has an example that gives it', () => {
  it.each(reasons().map((one) => [one.code, one] as const))(
    '%s',
    (code, { example, status, rule = 'etcd-auto-tls-disabled' }) => {
      if (!example) return expect(code).toMatch(/^(ENVELOPE_|EVIDENCE_INVALID)/)
      expect(
        judge(
          { schemaVersion: 1, ...example },
          loadRules().filter(({ id }) => id === rule),
        )[0],
      ).toMatchObject({ reason: code, status })
    },
  )
})
