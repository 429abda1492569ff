import type { ScanOptions } from '../commands/scan.ts'
import { HELP } from '../help.ts'
import { gathered, globalsOf, type Register } from './register.ts'

/** `scan`, and the schedule that starts scans. */
export const registerScanning: Register = (program, done) => {
  program
    .command('scan')
    .description('scan the fleet: findings, coverage, and the digest of what changed')
    .option('--fleet <file>', 'what exists in the embedded account (YAML)')
    .option('--config <file>', 'what to scan (fleet-scanner.yaml)')
    .option('--instance <id>', 'scan this instance alone; may be repeated', gathered)
    .option('--dry-run', 'only say which instances would get which document')
    .option('--cancel <scan>', 'stop the open scan of this id')
    .option('--include-waived', 'let failures that are waived count for the exit code')
    .addHelpText('after', HELP.scan)
    .action(async (options: ScanOptions, command) => {
      const { scan } = await import('../commands/scan.ts')
      done(await scan(options, globalsOf(command)))
    })

  program
    .command('pause')
    .description('have the schedule of a deployed stack start no more scans')
    .addHelpText('after', HELP.pause)
    .action(async (_options: object, command) => {
      const { pause } = await import('../commands/schedule.ts')
      done(await pause(globalsOf(command)))
    })
  program
    .command('resume')
    .description('have it start them again')
    .addHelpText('after', HELP.pause)
    .action(async (_options: object, command) => {
      const { resume } = await import('../commands/schedule.ts')
      done(await resume(globalsOf(command)))
    })
}
