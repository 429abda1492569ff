import type { EvidenceOptions } from '../commands/evidence.ts'
import type { ExportOptions } from '../commands/evidence-export.ts'
import type { FindingsOptions } from '../commands/findings.ts'
import { type FilterOptions, withFilters } from '../filters.ts'
import { HELP } from '../help.ts'
import { globalsOf, type Register } from './register.ts'

/** What is asked of the table. */
export const registerReading: Register = (program, done) => {
  withFilters(program.command('findings').description('the findings as they stand, or stood at a moment'))
    .option(
      '--at <when>',
      'as it was then: a date (its end, UTC), a time (ISO 8601, UTC where no zone is given), or 7d, 24h, 30m ago',
    )
    .option('--include-waived', 'let failures that are waived count for the exit code')
    .option('--limit <n>', 'the most findings to print, worst first (1 to 1000); default: all, by instance')
    .option('--cursor <text>', 'go on where the answer before ended')
    .addHelpText('after', HELP.findings)
    .action(async (options: FindingsOptions, command) => {
      const { findings } = await import('../commands/findings.ts')
      done(await findings(options, globalsOf(command)))
    })

  withFilters(program.command('history').description('every change of a finding, oldest first'))
    .addHelpText('after', HELP.history)
    .action(async (options: FilterOptions, command) => {
      const { history } = await import('../commands/history.ts')
      done(await history(options, globalsOf(command)))
    })

  withFilters(
    program
      .command('scans')
      .description('the scans, newest first; filters pick those that changed such a finding'),
  )
    .addHelpText('after', HELP.scans)
    .action(async (options: FilterOptions, command) => {
      const { scans } = await import('../commands/scans.ts')
      done(await scans(options, globalsOf(command)))
    })

  const evidence = program
    .command('evidence')
    .description('the stored evidence that verdicts rest on, and the seals over all that scans have recorded')
  evidence
    .command('verify')
    .description('judge stored evidence again, and hold all that is stored against the seals')
    .argument('[bundle]', 'a file of evidence export, instead of a table')
    .option('--anchor <hash>', 'the hash of a seal that was kept elsewhere: it must be in the chain')
    .option('--instance <list>', 'only of these instances, by id')
    .option('--rule <list>', 'only verdicts of these rules, by id')
    .option('--restate', 'append each verdict that differs to the history, as a restatement')
    .addHelpText('after', HELP.evidence)
    .action(async (bundle: string | undefined, options: EvidenceOptions, command) => {
      const { verify } = await import('../commands/evidence.ts')
      done(await verify(bundle, options, globalsOf(command)))
    })
  evidence
    .command('export')
    .description(
      'write evidence, seals and all that they seal into one file (--output), to be verified without the table',
    )
    .option('--from <when>', 'only what scans since then recorded: a date (ISO 8601), or 7d, 24h, 30m ago')
    .option(
      '--to <when>',
      'only what scans until then recorded: a date (its end, UTC), a time, or 7d, 24h, 30m ago',
    )
    .option('--instance <list>', 'only of these instances, by id')
    .addHelpText('after', HELP.evidence)
    .action(async (options: ExportOptions, command) => {
      const { exportEvidence } = await import('../commands/evidence-export.ts')
      done(await exportEvidence(options, globalsOf(command)))
    })
}
