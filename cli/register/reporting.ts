import { HELP } from '../help.ts'
import type { Globals } from '../output.ts'
import type { ReportOptions } from '../report-options.ts'
import type { Register } from './register.ts'

/** Reports for people who do not use this program: auditors, ticket systems, other scanners' consoles. */
export const registerReporting: Register = (program, done) => {
  program
    .command('report')
    .description(
      'write a report of the fleet: --format html (if not given), csv, json, jsonl, markdown, junit, sarif, asff or ocsf',
    )
    .option('--at <when>', 'the fleet as it was then: a date (its end, UTC), a time, or 7d, 24h, 30m ago')
    .option('--from <when>', 'with what has changed since: a date (its beginning, UTC), a time, or 90d ago')
    .option('--to <when>', 'the end of that period, and the moment that the report is about')
    .option('--cluster <list>', 'only these clusters')
    .option('--account <list>', 'only these accounts')
    .option('--control <list>', 'only these controls, such as 2.3')
    .option(
      '--sample <n>',
      'draw so many verdicts at random, with their raw evidence (html, json, jsonl: 25)',
    )
    .option('--seed <n>', 'draw the same ones again')
    .option('--include-waived', 'let failures that are waived count for the exit code')
    .option('--push <where>', 'send the findings instead: security-hub, in the account and region of each')
    .option('--config <file>', 'with --push: the targets and their roles (fleet-scanner.yaml)')
    .option('--fleet <file>', 'with --push and --local: what exists in the embedded account')
    .option('--dry-run', 'with --push: say what would be sent')
    .option('--all', 'with --push: what is unchanged too, and what has left, whatever is remembered')
    .addHelpText('after', HELP.report)
    .action(async (options: ReportOptions, command) => {
      if (options.push !== undefined) {
        const { pushSecurityHub } = await import('../commands/push-security-hub.ts')
        return done(await pushSecurityHub(options, command.optsWithGlobals() as Globals))
      }
      const { report } = await import('../commands/report.ts')
      done(await report(options, command.optsWithGlobals() as Globals))
    })
}
