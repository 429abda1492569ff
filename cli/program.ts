import { Command, Option } from 'commander'
import packageJson from '../package.json' with { type: 'json' }
import { REPORT_FORMATS } from '../shared/report/formats/names.ts'
import type { ExitCode } from './exit-code.ts'
import { HELP } from './help.ts'
import { FORMATS, isCommonFormat } from './output.ts'
import { registerDashboard } from './register/dashboard.ts'
import { registerDocument } from './register/document.ts'
import { registerJudging } from './register/judging.ts'
import { registerNotifying } from './register/notifying.ts'
import { registerQuerying } from './register/querying.ts'
import { registerReading } from './register/reading.ts'
import { globalsOf } from './register/register.ts'
import { registerReporting } from './register/reporting.ts'
import { registerScanning } from './register/scanning.ts'
import { registerSettingUp } from './register/setting-up.ts'
import { registerWaivers } from './register/waivers.ts'

/**
 * The command line: names and options are a public interface. A command's own module is loaded when it runs, so
 * that `evaluate` in a pipe does not wait for the local account's libraries. `done` gets the exit code.
 */
export const buildProgram = (done: (code: ExitCode) => void): Command => {
  const program = new Command('fleet-scanner')
    .description('Checks etcd on self-managed Kubernetes control planes by the CIS benchmark, host by host.')
    .version(packageJson.version)
    .configureHelp({ showGlobalOptions: true })
    .exitOverride()
    .showSuggestionAfterError()
    .option('--local', 'use the embedded account on this machine; no AWS is needed')
    .option('--data <dir>', 'where the embedded account keeps its data', '.fleet-scanner')
    .addOption(
      new Option('--format <format>', 'how results are printed')
        .choices([...FORMATS, ...REPORT_FORMATS.filter((each) => !isCommonFormat(each))])
        .default('table'),
    )
    .option('--output <file>', 'write the results to this file instead of stdout')
    .option('--no-color', 'no colours (NO_COLOR does the same)')
    .option('--stack <name>', 'the deployed stack to use')
    .option('--profile <name>', 'the AWS profile to reach the stack with')
    .option('--region <region>', 'the AWS region that the stack is in')
    .addHelpText('after', HELP.program)

  registerSettingUp(program, done)
  registerScanning(program, done)
  registerJudging(program, done)
  registerReading(program, done)
  registerQuerying(program, done)
  registerDashboard(program, done)
  registerReporting(program, done)
  registerWaivers(program, done)
  registerNotifying(program, done)
  registerDocument(program, done)

  program
    .command('demo')
    .description('scan the sample fleet, and say what to try next (this is npm start)')
    .action(async (_options: object, command) => {
      const { demo } = await import('./demo.ts')
      done(await demo(globalsOf(command)))
    })

  return program
}
