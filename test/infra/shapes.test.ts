import { join } from 'node:path'
import { expect, it } from 'vitest'
import type { Template } from '../../infra/member-templates.ts'
import { synthesized } from './mutate/guarantees.ts'

/**
 * Which resources a template has, under which logical ids and with which properties. A logical id that changes is a
 * resource that is replaced: of a table, that is the loss of its content.
 */
const shapeOf = ({ Resources }: Template): string =>
  Object.entries(Resources)
    .map(([id, { Type, DeletionPolicy, Properties = {} }]) => {
      // The id of a version ends with a hash of its code.
      const name = Type === 'AWS::Lambda::Version' ? id.replace(/[0-9a-f]{32}$/, '*') : id
      const kept = DeletionPolicy === undefined ? '' : ` (${String(DeletionPolicy)})`
      return `${Type} ${name}${kept}\n${Object.keys(Properties)
        .sort()
        .map((property) => `  ${property}\n`)
        .join('')}`
    })
    .sort()
    .join('')

it.each(Object.entries(synthesized()))('%s has the shape that it had', async (name, template) => {
  await expect(shapeOf(template)).toMatchFileSnapshot(
    join(import.meta.dirname, 'shapes', `${name.replace(/[^\w-]/g, '-')}.txt`),
  )
})
