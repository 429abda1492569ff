import type * as z from 'zod'
import type { Rule } from '../../rules/rule.ts'
import { idPath } from '../parameters.ts'
import { ProblemError } from '../problem.ts'
import { route } from '../route.ts'
import type { shownRule } from '../schemas/rule.ts'

const rules = route({
  path: '/v1/rules',
  tag: 'rules',
  summary: 'The rules that come with the scanner',
  params: {},
  query: {},
  work: async ({ rules }) => ({ rules: rules.map(shown) }),
})

const rule = route({
  path: '/v1/rules/{id}',
  tag: 'rules',
  summary: 'One rule',
  params: idPath,
  query: {},
  problems: { 404: 'There is no such rule' },
  work: async ({ params: { id }, rules }) => {
    const found = rules.filter((each) => each.id === id)
    if (found.length === 0) throw new ProblemError(404, 'there is no rule of this id')
    return { rules: found.map(shown) }
  },
})

/** What a rule says to people; how it is decided is the scanner's. */
const shown = (rule: Rule): z.input<typeof shownRule> => {
  const { id, version, title, severity, description, rationale, remediation, impact } = rule
  const { defaultValue, references, controls } = rule
  return {
    ...{ id, version, title, severity, description, rationale, remediation, impact },
    ...{ defaultValue, references, controls },
  }
}

export const RULE_ROUTES = [rules, rule]
