import { HELP } from '../help.ts'
import { gathered, globalsOf, type Register } from './register.ts'

/** Before the first scan: a configuration, and whether everything is ready. */
export const registerSettingUp: Register = (program, done) => {
  program
    .command('init')
    .description('write a first fleet-scanner.yaml, and show what its selectors match')
    .option('--config <file>', 'the file to write', 'fleet-scanner.yaml')
    .option('--account <id>', 'the account to scan (that of your credentials, if not given)')
    .option('--in-region <list>', 'the regions to scan (--region, if not given)')
    .option('--selector <tags>', 'kops, kubeadm, rke2, or key=value,key=value; may be repeated', gathered)
    .option('--email <address>', 'who is told of changes, and of alarms; may be repeated', gathered)
    .option('--schedule <expression>', 'how often: rate(1 day), rate(1 hour), cron(...)')
    .option('--yes', 'ask nothing')
    .option('--force', 'replace a file that is there')
    .addHelpText('after', HELP.init)
    .action(async (options, command) => {
      const { init } = await import('../commands/init.ts')
      done(await init(options, globalsOf(command)))
    })

  program
    .command('doctor')
    .description('check everything that a scan needs, and say how to mend what is missing')
    .option('--fleet <file>', 'what exists in the embedded account (YAML)')
    .option('--config <file>', 'what to scan there (fleet-scanner.yaml)')
    .addHelpText('after', HELP.doctor)
    .action(async (options, command) => {
      const { doctor } = await import('../commands/doctor.ts')
      done(await doctor(options, globalsOf(command)))
    })
}
