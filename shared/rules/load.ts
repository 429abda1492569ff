import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { checkedYaml } from '../config/checked-yaml.ts'
import { type Rule, ruleSchema } from './rule.ts'

const FOLDER = import.meta.dirname

/**
 * Reads one rule file.
 * @param file its name, for messages
 * @throws ConfigError with the line of the first thing that is wrong
 */
export const parseRule = (text: string, file: string): Rule => {
  const { data, problemAt } = checkedYaml(
    text,
    file,
    ruleSchema,
    'begin with `id:`',
    () => Object.keys(ruleSchema.shape),
    'typed',
  )
  if (`${data.id}.yaml` !== file)
    throw problemAt(['id'], `\`id\` is ${data.id}, but the file is named ${file}; name them alike`)
  return data
}

let loaded: Rule[] | undefined

/** Every rule that stands beside this file, by id. */
export const loadRules = (): Rule[] => {
  loaded ??= readdirSync(FOLDER)
    .filter((name) => name.endsWith('.yaml'))
    .sort()
    .map((name) => parseRule(readFileSync(join(FOLDER, name), 'utf8'), name))
  return loaded
}
