import type { EvidenceOptions } from '../commands/evidence.ts'
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

  const evidence = program.command('evidence').description('the stored evidence that verdicts rest on')
  evidence
    .command('verify')
    .description(
      "judge stored evidence again, with today's rules, and compare with the verdicts that were given",
    )
    .option('--instance <list>', 'only of these instances, by id')
    .option('--rule <list>', 'only verdicts of these rules, by id')
    .option('--restate', 'append each verdict that differs to the history, as a restatement')
    .addHelpText('after', HELP.evidence)
    .action(async (options: EvidenceOptions, command) => {
      const { verify } = await import('../commands/evidence.ts')
      done(await verify(options, globalsOf(command)))
    })
}
