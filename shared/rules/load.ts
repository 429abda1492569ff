import { readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { checkedYaml } from '../config/checked-yaml.ts'
import { judge } from './judge.ts'
import { type Rule, ruleSchema } from './rule.ts'

const FOLDER = import.meta.dirname

/**
 * Reads one rule file.
 * @param file its path or name: stands in messages, and must end with the rule's id
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
  if (`${data.id}.yaml` !== basename(file))
    throw problemAt(['id'], `\`id\` is ${data.id}, but the file is named ${basename(file)}; name them alike`)
  data.examples.forEach((example, i) => {
    const [finding] = judge(example.evidence, [data])
    if (finding?.status === example.status && finding.reason === example.reason) return
    const wanted = `${example.status} ${example.reason}`
    throw problemAt(
      ['examples', i],
      `this example is said to be ${wanted} and is judged ${finding?.status} ${finding?.reason}; correct one of them`,
    )
  })
  return data
}

/** The paths of the rules that come with the scanner, by id. */
export const ruleFiles = (): string[] =>
  readdirSync(FOLDER)
    .filter((name) => name.endsWith('.yaml'))
    .sort()
    .map((name) => join(FOLDER, name))

let loaded: Rule[] | undefined

/** Every rule that comes with the scanner, by id. */
export const loadRules = (): Rule[] => {
  loaded ??= ruleFiles().map((file) => parseRule(readFileSync(file, 'utf8'), file))
  return loaded
}
