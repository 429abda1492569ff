import { readFile } from 'node:fs/promises'
import { ConfigError } from '../../shared/config/config-error.ts'
import { grid } from '../../shared/report/grid.ts'
import { renderJson, renderJsonl } from '../../shared/report/json.ts'
import { plainText } from '../../shared/report/plain-text.ts'
import { rulePage } from '../../shared/report/rule-page.ts'
import { loadRules, parseRule, ruleFiles } from '../../shared/rules/load.ts'
import { controlOf, type Rule } from '../../shared/rules/rule.ts'
import { EXIT, type ExitCode, UsageError } from '../exit-code.ts'
import { checkOutput, type Globals, painter, printResults, say } from '../output.ts'

/** Lists the rules that hosts are judged by. */
export const listRules = async (globals: Globals): Promise<ExitCode> => {
  checkOutput(globals)
  await printResults(globals, renderList(loadRules(), globals))
  return EXIT.nothingFails
}

const renderList = (rules: Rule[], globals: Globals): string => {
  if (globals.format === 'json') return renderJson(rules)
  if (globals.format === 'jsonl') return renderJsonl(rules)
  const rows = rules
    .toSorted((a, b) => controlOf(a).localeCompare(controlOf(b), 'en', { numeric: true }))
    .map((rule) => [controlOf(rule), rule.severity, rule.id, rule.title])
  return `${grid(['CONTROL', 'SEVERITY', 'RULE', 'TITLE'], rows, painter(globals)).join('\n')}\n`
}

/** Shows one rule whole, named by its id or its control. Throws UsageError. */
export const showRule = async (name: string, globals: Globals): Promise<ExitCode> => {
  checkOutput(globals)
  const rules = loadRules()
  const rule = rules.find((one) => one.id === name || controlOf(one) === name)
  if (!rule)
    throw new UsageError(`there is no rule ${name}; there are ${rules.map(({ id }) => id).join(', ')}`)
  const asText = globals.format === 'table'
  await printResults(
    globals,
    asText ? rulePage(rule) : (globals.format === 'json' ? renderJson : renderJsonl)([rule]),
  )
  return EXIT.nothingFails
}

/** Checks rule files, and that each judges its own examples as it says; without names, those of the scanner. */
export const validateRules = async (files: string[], globals: Globals): Promise<ExitCode> => {
  checkOutput(globals)
  const names = files.length > 0 ? files : ruleFiles()
  const problems: string[] = []
  const good: string[] = []
  for (const file of names) {
    try {
      const rule = parseRule(await readFile(file, 'utf8'), file)
      good.push(`${file}: ${rule.id}, ${rule.examples.length} examples hold\n`)
    } catch (error) {
      if (error instanceof ConfigError) problems.push(error.message)
      else problems.push(`${file}: cannot be read (${error instanceof Error ? error.message : error})`)
    }
  }
  await printResults(globals, good.join(''))
  for (const problem of problems) say(`fleet-scanner: ${plainText(problem, 1000)}`)
  return problems.length > 0 ? EXIT.usage : EXIT.nothingFails
}
