import { readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { checkedYaml } from '../config/checked-yaml.ts'
import { judge } from './judge.ts'
import { type Rule, ruleSchema } from './rule.ts'

const FOLDER = import.meta.dirname

/** Words joined by hyphens. */
const RULE_FILE = /^[a-z0-9]+(-[a-z0-9]+)+\.yaml$/

/**
 * Reads one rule file.
 * @param file its path or name: stands in messages, and must end with the rule's id
 * @throws ConfigError with the line of the first thing that is wrong
 */
export const parseRule = (text: string, file: string): Rule => {
  const { data, problemAt } = checkedYaml(text, file, ruleSchema, 'begin with `id:`', 'typed')
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
    .filter((name) => RULE_FILE.test(name))
    .sort()
    .map((name) => join(FOLDER, name))

/**
 * The file beside the code of a bundled function that holds all rules as JSON, checked when it was written: to check them
 * again would be a third of a cold start. Set by the bundler; elsewhere it is not there.
 */
declare const CHECKED_RULES: string

let loaded: Rule[] | undefined

/** Every rule that comes with the scanner, by id. */
export const loadRules = (): Rule[] => {
  loaded ??=
    typeof CHECKED_RULES === 'string'
      ? (JSON.parse(readFileSync(join(FOLDER, CHECKED_RULES), 'utf8')) as Rule[])
      : ruleFiles().map((file) => parseRule(readFileSync(file, 'utf8'), file))
  return loaded
}

/** The ids of the rules that come with the scanner: what a configuration may name. */
export const ruleIds = (): string[] => loadRules().map(({ id }) => id)
