import { Option } from 'commander'
import type { EvaluateOptions } from '../commands/evaluate.ts'
import { HELP } from '../help.ts'
import { INPUT_KINDS } from '../recognise.ts'
import { globalsOf, type Register } from './register.ts'

/** What works without any account: judging, and the rules that are judged by. */
export const registerJudging: Register = (program, done) => {
  program
    .command('evaluate')
    .description('judge evidence from files or a pipe: no AWS, no account, nothing kept')
    .argument('[files...]', 'evidence (JSON, JSONL), collector output, ps output or manifests; - is stdin')
    .addOption(new Option('--as <kind>', 'what the input is, instead of recognising it').choices(INPUT_KINDS))
    .option('--rule <ids>', 'judge by these rules only (comma-separated)')
    .option('--control <numbers>', 'judge by the rules of these controls only (comma-separated)')
    .addHelpText('after', HELP.evaluate)
    .action(async (files: string[], options: EvaluateOptions, command) => {
      const { evaluate } = await import('../commands/evaluate.ts')
      done(await evaluate(files, options, globalsOf(command)))
    })

  const rules = program.command('rules').description('the rules that hosts are judged by')
  rules
    .command('list')
    .description('list them')
    .action(async (_options: object, command) => {
      const { listRules } = await import('../commands/rules.ts')
      done(await listRules(globalsOf(command)))
    })
  rules
    .command('show')
    .description('show one whole')
    .argument('<rule>', 'its id, or the control that it answers')
    .action(async (name: string, _options: object, command) => {
      const { showRule } = await import('../commands/rules.ts')
      done(await showRule(name, globalsOf(command)))
    })
  rules
    .command('validate')
    .description('check rule files, and that each judges its own examples as it says')
    .argument('[files...]', 'rule files; without any, those of the scanner')
    .action(async (files: string[], _options: object, command) => {
      const { validateRules } = await import('../commands/rules.ts')
      done(await validateRules(files, globalsOf(command)))
    })
}
