import type { NotifyOptions } from '../commands/notify.ts'
import { globalsOf, type Register } from './register.ts'

/** Whether messages arrive where they should. */
export const registerNotifying: Register = (program, done) => {
  const notify = program.command('notify').description('see whether messages arrive')
  notify
    .command('test')
    .description('send a test message to a route, as a scan sends digests, and say who gets it')
    .requiredOption(
      '--route <name>',
      'the route, as fleet-scanner.yaml names it; default takes what no other does',
    )
    .option('--fleet <file>', 'what exists in the embedded account (YAML)')
    .option('--config <file>', 'the routes there (fleet-scanner.yaml)')
    .addHelpText(
      'after',
      `
Examples:
  $ fleet-scanner notify test --stack fleet-scanner --route platform
  $ fleet-scanner notify test --local --config fleet-scanner.yaml --route platform
Exit codes: 0 somebody gets it, 2 wrong usage or configuration, 3 nobody is known to, or has yet to confirm.`,
    )
    .action(async (options: NotifyOptions, command) => {
      const { notifyTest } = await import('../commands/notify.ts')
      done(await notifyTest(options, globalsOf(command)))
    })
}
