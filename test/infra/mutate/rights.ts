import { type Statement, statementsOf } from '../../../infra/permissions.ts'
import type { Guarantee } from './guarantee.ts'

/** A statement that must stand in a template, and what it is for. */
export type Right = {
  why: string
  effect?: 'Deny'
  actions: string[]
  on?: string[]
  principals?: string[]
  /** `StringEquals aws:RequestedRegion` to its values. */
  when?: Record<string, string[]>
}

/** A policy holds these statements and no others: one that is missing stops the scanner, one too many is a door. */
export const exactly = (of: string, kind: Statement['kind'], rights: Right[]): Guarantee => ({
  says: `${kind} of ${of}: nothing is missing and nothing is too much`,
  broken: (template) => {
    const has = statementsOf(template)
      .filter((statement) => statement.of === of && statement.kind === kind)
      .map(text)
    const wanted = rights.map((right) => ({ ...right, text: text(asStatement(right)) }))
    const texts = new Set(wanted.map((right) => right.text))
    return [
      ...wanted
        .filter((right) => !has.includes(right.text))
        .map(({ why, text }) => `missing: ${text}: ${why}`),
      ...has.filter((each) => !texts.has(each)).map((each) => `too much: ${each}`),
    ]
  },
})

/** No policy stands anywhere else. */
export const noOtherPolicies = (known: { of: string; kind: Statement['kind'] }[]): Guarantee => ({
  says: 'every policy of the template is one that was thought about',
  broken: (template) => {
    const names = new Set(known.map(({ of, kind }) => `${kind} of ${of}`))
    const found = new Set(statementsOf(template).map(({ of, kind }) => `${kind} of ${of}`))
    return [...found].filter((name) => !names.has(name)).map((name) => `unknown: ${name}`)
  },
})

const asStatement = ({ effect, actions, on = [], principals = [], when = {} }: Right) => ({
  effect: effect ?? ('Allow' as const),
  actions,
  resources: on,
  principals,
  conditions: when,
})

const text = (
  statement: Pick<Statement, 'effect' | 'actions' | 'resources' | 'principals' | 'conditions'>,
) => {
  const { effect, actions, resources, principals, conditions } = statement
  const when = Object.entries(conditions).map(([key, values]) => `${key} ${sorted(values)}`)
  return [
    `${effect} ${sorted(actions)}`,
    ...(resources.length > 0 ? [`on ${sorted(resources)}`] : []),
    ...(principals.length > 0 ? [`for ${sorted(principals)}`] : []),
    ...(when.length > 0 ? [`if ${sorted(when)}`] : []),
  ].join(' ')
}

const sorted = (texts: string[]): string => texts.toSorted().join(', ')
