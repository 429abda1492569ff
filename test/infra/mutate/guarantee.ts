import type { Template } from '../../../infra/member-templates.ts'

/** Something that a template is held to. */
export type Guarantee = {
  /** What holds, in words, and what goes wrong without it. */
  says: string
  /** What breaks it, in words; nothing where it holds. */
  broken(template: Template): string[]
}

/** All that is broken, each with the guarantee that it breaks. */
export const brokenIn = (template: Template, guarantees: Guarantee[]): string[] =>
  guarantees.flatMap(({ says, broken }) => broken(template).map((what) => `${what} (${says})`))

type Properties = Record<string, unknown>

/** The resources of a type, by their logical ids. */
export const resourcesOf = (template: Template, type: string) =>
  Object.entries(template.Resources)
    .filter(([, { Type }]) => Type === type)
    .map(([id, resource]) => ({ id, resource, properties: (resource.Properties ?? {}) as Properties }))

/** Every resource of a type has what is wanted of it, and there is at least one. */
export const every = (
  type: string,
  says: string,
  holds: (properties: Properties, resource: Template['Resources'][string]) => boolean,
): Guarantee => ({
  says,
  broken: (template) => {
    const found = resourcesOf(template, type)
    if (found.length === 0) return [`there is no ${type}`]
    return found
      .filter(({ properties, resource }) => !holds(properties, resource))
      .map(({ id }) => `not so: ${id}`)
  },
})
