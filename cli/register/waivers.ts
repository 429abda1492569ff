import type { AddOptions, ApplyOptions, ListOptions } from '../commands/waivers.ts'
import { HELP } from '../help.ts'
import { globalsOf, type Register } from './register.ts'

/** Failures that somebody has accepted for a time. */
export const registerWaivers: Register = (program, done) => {
  const waivers = program
    .command('waivers')
    .description('accept failures for a time, with a reason, a ticket and a name')
    .addHelpText('after', HELP.waivers)
  waivers
    .command('add')
    .description('add one: a rule, just one of --instance, --cluster, --account, --tag, and an end')
    .requiredOption('--rule <id>', 'the rule whose failures are accepted')
    .option('--instance <id>', 'on this instance: its id, or account/region/id')
    .option('--cluster <name>', 'on this cluster')
    .option('--account <id>', 'in this account')
    .option('--tag <key=value>', 'on instances with this tag')
    .requiredOption('--reason <text>', 'why the risk is accepted')
    .requiredOption('--ticket <text>', 'where it was decided')
    .requiredOption('--until <date>', 'the last day that it holds, UTC: 2026-01-31')
    .option('--approved-by <name>', 'who has approved it: another person than you')
    .action(async (options: AddOptions, command) => {
      const { addWaiver } = await import('../commands/waivers.ts')
      done(await addWaiver(options, globalsOf(command)))
    })
  waivers
    .command('list')
    .description('list those that hold or have ended, and how many findings each covers')
    .option('--all', 'those that were removed too')
    .option('--id <id>', 'this one alone')
    .option('--problems', 'only those that are expired, unused or over-broad')
    .option('--log', 'every change instead: who, when, what')
    .option('--on <when>', 'those that held on that day, as they stood then, and who approved them')
    .action(async (options: ListOptions, command) => {
      const { listWaivers } = await import('../commands/waivers-list.ts')
      done(await listWaivers(options, globalsOf(command)))
    })
  waivers
    .command('remove')
    .description('end one now; its record stays')
    .argument('<id>', 'its id, as list shows it')
    .action(async (id: string, _options: object, command) => {
      const { removeWaiver } = await import('../commands/waivers.ts')
      done(await removeWaiver(id, globalsOf(command)))
    })
  waivers
    .command('apply')
    .description('make the waivers equal to a file: add, change and remove')
    .requiredOption('-f, --file <file>', 'the file (YAML)')
    .option('--dry-run', 'only show the difference')
    .action(async (options: ApplyOptions, command) => {
      const { applyWaivers } = await import('../commands/waivers-apply.ts')
      done(await applyWaivers(options, globalsOf(command)))
    })
}
