import { type Key, keys, RULES_PK } from './keys.ts'
import { getItems, queryAll } from './read.ts'
import type { KeptRule } from './store.ts'
import type { Table } from './table.ts'
import { IS_NEW, putIf } from './write.ts'

type RuleItem = Key & KeptRule

/** The first content of an id and version stands: later ones are answered with it. It never expires. */
export const keepRules = async (table: Table, rules: KeptRule[]): Promise<KeptRule[]> => {
  const wanted = rules.map(({ ruleId, version }) => keys.rule(ruleId, version))
  const known = await getItems<RuleItem>(table, wanted)
  const isKnown = (key: Key) => known.some(({ sk }) => sk === key.sk)
  const unknown = rules.map((rule) => ({ ...keys.rule(rule.ruleId, rule.version), ...rule }))
  const missing = unknown.filter((item) => !isKnown(item))
  for (const item of missing) await putIf(table, item, IS_NEW)
  const added = missing.length > 0 ? await getItems<RuleItem>(table, missing) : []
  return [...known, ...added].map(ruleOf)
}

export const keptRules = async (table: Table): Promise<KeptRule[]> => {
  const items = await queryAll<RuleItem>(table, {
    KeyConditionExpression: 'pk = :pk',
    ExpressionAttributeValues: { ':pk': RULES_PK },
    ConsistentRead: true,
  })
  return items.map(ruleOf)
}

const ruleOf = ({ pk, sk, ...rule }: RuleItem): KeptRule => rule
