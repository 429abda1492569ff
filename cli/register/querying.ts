import { type Command, Option } from 'commander'
import { FIX_GROUPS, POSTURE_GROUPS } from '../../shared/queries/groups.ts'
import type { ChangesOptions } from '../commands/changes.ts'
import type { GapsOptions } from '../commands/gaps.ts'
import type { OpenOptions } from '../commands/open.ts'
import type { PostureOptions } from '../commands/posture.ts'
import type { TimeToFixOptions } from '../commands/time-to-fix.ts'
import { HELP } from '../help.ts'
import { globalsOf, type Register } from './register.ts'

/** What is asked of the history. */
export const registerQuerying: Register = (program, done) => {
  withPlace(
    program
      .command('open')
      .description('what is open now, each since when: between which two scans it began'),
  )
    .option('--by-cluster', 'by cluster and rule, across instances that were replaced')
    .option('--beyond-sla', 'only what has been open for longer than `sla` of the configuration allows')
    .option('--limit <n>', 'the most findings to print', '100')
    .option('--cursor <text>', 'go on where the answer before ended')
    .addHelpText('after', HELP.open)
    .action(async (options: OpenOptions, command) => {
      const { open } = await import('../commands/open.ts')
      done(await open(options, globalsOf(command)))
    })

  withPlace(withSpan(program.command('changes').description('what changed between two moments'), '24h'))
    .option('--status <list>', 'only what came to these statuses')
    .option(
      '--rejudged',
      'only what a newer engine or rule judged otherwise, on the same facts or on stored evidence',
    )
    .addHelpText('after', HELP.changes)
    .action(async (options: ChangesOptions, command) => {
      const { changes } = await import('../commands/changes.ts')
      done(await changes(options, globalsOf(command)))
    })

  withSpan(program.command('posture').description('how the fleet stood, day by day'), '30d')
    .addOption(new Option('--by <group>', 'a line for each of these on each day').choices(POSTURE_GROUPS))
    .option('--rule <list>', 'only these rules, by id')
    .option('--cluster <list>', 'only these clusters')
    .option('--account <list>', 'only these accounts')
    .option('--in-region <list>', 'only instances in these regions')
    .addHelpText('after', HELP.posture)
    .action(async (options: PostureOptions, command) => {
      const { posture } = await import('../commands/posture.ts')
      done(await posture(options, globalsOf(command)))
    })

  withPlace(
    withSpan(program.command('time-to-fix').description('how long failures lasted that were fixed'), '90d'),
  )
    .addOption(new Option('--by <group>', 'a line for each of these').choices(FIX_GROUPS))
    .addHelpText('after', HELP.timeToFix)
    .action(async (options: TimeToFixOptions, command) => {
      const { timeToFix } = await import('../commands/time-to-fix.ts')
      done(await timeToFix(options, globalsOf(command)))
    })

  withSpan(
    program.command('gaps').description('the longest time for which each instance was not assessed, and why'),
    '30d',
  )
    .option('--by-cluster', 'by cluster: it is assessed when all of its instances are')
    .option('--instance <list>', 'only these instances, by id')
    .option('--cluster <list>', 'only these clusters')
    .option('--account <list>', 'only these accounts')
    .option('--in-region <list>', 'only instances in these regions')
    .addHelpText('after', HELP.gaps)
    .action(async (options: GapsOptions, command) => {
      const { gaps } = await import('../commands/gaps.ts')
      done(await gaps(options, globalsOf(command)))
    })
}

const withSpan = (command: Command, from: string): Command =>
  command
    .option('--from <when>', 'the beginning: a date (ISO 8601), or 7d, 24h, 30m ago', from)
    .option('--to <when>', 'the end: a date (its end, UTC), a time, or 7d, 24h, 30m ago; default: now')

const withPlace = (command: Command): Command =>
  command
    .option('--rule <list>', 'only these rules, by id')
    .option('--control <list>', 'only these controls, such as 2.3')
    .option('--instance <list>', 'only these instances, by id')
    .option('--cluster <list>', 'only these clusters')
    .option('--account <list>', 'only these accounts')
    .option('--in-region <list>', 'only instances in these regions')
    .option('--severity <list>', 'only these: low, medium, high, critical')
