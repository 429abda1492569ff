import { ANY, type TagSelector } from '../shared/config/selectors.ts'
import { configProblem } from './config-problem.ts'

/** By operator, then by key: the values, of which one must match. */
export type TagConditions = Record<string, Record<string, string | string[]>>

const tag = (key: string) => `aws:ResourceTag/${key}`

/**
 * What IAM must see on an instance for it to be one of the selector's: all of its tags, of several values one. A key with an open end
 * (`kubernetes.io/cluster/*`) cannot be a condition: IAM has no wildcards in names of keys. The selector's other tags
 * then stand alone, and a selector without others is refused: it would open every instance of the account.
 */
export const selectedBy = (selector: TagSelector): TagConditions => {
  const named = Object.entries(selector).filter(([key]) => !key.endsWith('*'))
  if (named.length === 0)
    throw configProblem(
      `the selector ${JSON.stringify(selector)} cannot be made a condition of IAM, which takes no key with an open end; add a tag whose key is written out`,
    )
  const equal: Record<string, string | string[]> = {}
  const like: Record<string, string> = {}
  for (const [key, value] of named) {
    const values = [value].flat()
    // Of a tag that is not there, StringLike is false, whatever stands behind it.
    if (values.includes(ANY)) like[tag(key)] = '*'
    else equal[tag(key)] = values.length === 1 ? literal(values[0] ?? '') : values.map(literal)
  }
  return {
    ...(Object.keys(equal).length > 0 && { StringEquals: equal }),
    ...(Object.keys(like).length > 0 && { StringLike: like }),
  }
}

/**
 * True of an instance that is left out, as shared/aws/inventory.ts has it: it has the tag, and its value is not `false`
 * in any case. Without `Null` it would also be true of every instance without the tag.
 */
export const optedOut = (optOutTag: string): TagConditions => ({
  Null: { [tag(optOutTag)]: 'false' },
  StringNotEqualsIgnoreCase: { [tag(optOutTag)]: 'false' },
})

/** IAM would put a variable's value in the place of `${...}`; a tag's value is meant as it stands. */
const literal = (value: string): string => value.replaceAll('${', '${$}{')
