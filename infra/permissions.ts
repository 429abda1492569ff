import type { Template } from './member-templates.ts'
import { policyText } from './policy-text.ts'

/** One statement of a policy in a template, as texts. */
export type Statement = {
  /** The role's name, or the resource that the policy is on. */
  of: string
  kind: 'trust' | 'rights' | 'resource'
  sid?: string
  effect: 'Allow' | 'Deny'
  actions: string[]
  resources: string[]
  principals: string[]
  /** `StringEquals aws:RequestedRegion` to its values. */
  conditions: Record<string, string[]>
}

type Raw = Record<string, unknown>
type Resource = Template['Resources'][string]

/** Every statement of every policy in a template: of roles, on keys, topics and queues. */
export const statementsOf = ({ Resources }: Template): Statement[] =>
  Object.entries(Resources).flatMap(([id, resource]) => {
    const of = nameOf(id, resource)
    const properties = resource.Properties ?? {}
    switch (resource.Type) {
      case 'AWS::IAM::Role':
        return [
          ...read(of, 'trust', properties.AssumeRolePolicyDocument),
          ...list(properties.Policies).flatMap((policy) =>
            read(of, 'rights', (policy as Raw).PolicyDocument),
          ),
        ]
      case 'AWS::IAM::Policy':
      case 'AWS::IAM::ManagedPolicy':
        return list(properties.Roles).flatMap((role) =>
          read(roleName(role, Resources), 'rights', properties.PolicyDocument),
        )
      default:
        return ['KeyPolicy', 'PolicyDocument', 'ResourcePolicy'].flatMap((name) =>
          read(of, 'resource', properties[name]),
        )
    }
  })

const nameOf = (id: string, { Type, Properties = {} }: Resource): string => {
  if (Type === 'AWS::IAM::Role' && Properties.RoleName !== undefined) return policyText(Properties.RoleName)
  const on = list(Properties.Topics ?? Properties.Queues)[0]
  return on === undefined ? policyText({ Ref: id }).slice(1, -1) : policyText(on).slice(1, -1)
}

const roleName = (role: unknown, resources: Template['Resources']): string => {
  const id = typeof role === 'object' && role !== null && 'Ref' in role ? String(role.Ref) : undefined
  const resource = id === undefined ? undefined : resources[id]
  return id !== undefined && resource ? nameOf(id, resource) : policyText(role)
}

const read = (of: string, kind: Statement['kind'], document: unknown): Statement[] =>
  list((document as Raw | undefined)?.Statement).map((each) => {
    const { Sid, Effect, Action, NotAction, Resource, NotResource, Principal, Condition } = each as Raw
    // A negated list is wider than it looks; nothing here needs one.
    if (NotAction !== undefined || NotResource !== undefined)
      throw new Error(`${of}: NotAction or NotResource`)
    return {
      of,
      kind,
      ...(Sid !== undefined && { sid: String(Sid) }),
      effect: Effect as Statement['effect'],
      actions: list(Action).map((each) => policyText(each)),
      resources: list(Resource).map((each) => policyText(each)),
      principals: principalsOf(Principal),
      conditions: Object.fromEntries(
        Object.entries((Condition ?? {}) as Raw).flatMap(([operator, keys]) =>
          Object.entries(keys as Raw).map(([key, value]) => [
            `${operator} ${key}`,
            list(value).map((each) => policyText(each)),
          ]),
        ),
      ),
    }
  })

const principalsOf = (principal: unknown): string[] =>
  typeof principal === 'object' && principal !== null
    ? Object.values(principal).flatMap((value) => list(value).map((each) => policyText(each)))
    : list(principal).map((each) => policyText(each))

const list = (value: unknown): unknown[] => (value === undefined ? [] : [value].flat())
