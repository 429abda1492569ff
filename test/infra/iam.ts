import type { Statement } from '../../infra/permissions.ts'

/** A call, as IAM is asked about it: condition keys that are absent are left out. */
export type Call = { action: string; resource: string; context: Record<string, string> }

const wildcard = (pattern: string, text: string): boolean =>
  new RegExp(
    `^${pattern
      .replace(/[.+^${}()|[\]\\]/g, '\\$&')
      .replaceAll('*', '.*')
      .replaceAll('?', '.')}$`,
    's',
  ).test(text)

/** `${$}` stands for a dollar sign: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html */
const plain = (value: string): string => value.replaceAll('${$}', '$')

/** Whether a value that is there meets what stands in the policy. */
const OPERATORS: Record<string, (wanted: string, is: string) => boolean> = {
  StringEquals: (wanted, is) => plain(wanted) === is,
  StringLike: (wanted, is) => wildcard(plain(wanted), is),
  ArnEquals: wildcard,
}

/**
 * One entry of a condition. Of a key that is absent, a negated operator is true and any other false; names of keys, those
 * of tags too, are compared without case.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
 */
const holds = (operator: string, key: string, values: string[], context: Record<string, string>): boolean => {
  const is = Object.entries(context).find(([name]) => name.toLowerCase() === key.toLowerCase())?.[1]
  if (operator === 'Null') return values.includes(String(is === undefined))
  if (operator === 'StringNotEqualsIgnoreCase')
    return is === undefined || !values.some((value) => plain(value).toLowerCase() === is.toLowerCase())
  // Of a key with several values; a call here has one.
  const compare = OPERATORS[operator.replace(/^ForAnyValue:/, '')]
  if (!compare) throw new Error(`no test of what ${operator} does`)
  return is !== undefined && values.some((value) => compare(value, is))
}

const applies = (statement: Statement, { action, resource, context }: Call): boolean =>
  statement.actions.some((each) => wildcard(each.toLowerCase(), action.toLowerCase())) &&
  (statement.resources.length === 0 || statement.resources.some((each) => wildcard(each, resource))) &&
  Object.entries(statement.conditions).every(([condition, values]) => {
    const at = condition.indexOf(' ')
    return holds(condition.slice(0, at), condition.slice(at + 1), values, context)
  })

/** What IAM says to a call under these statements: a Deny wins, and without an Allow nothing is. */
export const allows = (statements: Statement[], call: Call): boolean => {
  const matching = statements.filter((statement) => applies(statement, call))
  return matching.length > 0 && matching.every(({ effect }) => effect === 'Allow')
}

/** The statements as they are in an account. */
export const inAccount = (statements: Statement[], account: string, partition = 'aws'): Statement[] =>
  statements.map((statement) => ({
    ...statement,
    resources: statement.resources.map((text) => named(text, account, partition)),
    principals: statement.principals.map((text) => named(text, account, partition)),
    conditions: Object.fromEntries(
      Object.entries(statement.conditions).map(([key, values]) => [
        key,
        values.map((text) => named(text, account, partition)),
      ]),
    ),
  }))

const named = (text: string, account: string, partition: string): string =>
  text.replaceAll('<AWS::AccountId>', account).replaceAll('<AWS::Partition>', partition)
