import type { DashboardOptions } from '../commands/dashboard.ts'
import { HELP } from '../help.ts'
import { globalsOf, type Register } from './register.ts'

/** The findings in a browser on this machine. */
export const registerDashboard: Register = (program, done) => {
  program
    .command('dashboard')
    .description('show the findings in a browser on this machine, read with your own rights, until Ctrl-C')
    .option('--port <number>', 'the port on 127.0.0.1; default: a free one')
    .option('--no-open', 'do not open a browser; only print the address')
    .addHelpText('after', HELP.dashboard)
    .action(async (options: DashboardOptions, command) => {
      const { dashboard } = await import('../commands/dashboard.ts')
      done(await dashboard(options, globalsOf(command)))
    })
}
