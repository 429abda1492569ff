import { Command, Option } from 'commander'
import packageJson from '../package.json' with { type: 'json' }
import type { EvaluateOptions } from './commands/evaluate.ts'
import type { EvidenceOptions } from './commands/evidence.ts'
import type { FindingsOptions } from './commands/findings.ts'
import type { ScanOptions } from './commands/scan.ts'
import type { ExitCode } from './exit-code.ts'
import { type FilterOptions, withFilters } from './filters.ts'
import { FORMATS, type Globals } from './output.ts'
import { INPUT_KINDS } from './recognise.ts'

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
    .addOption(new Option('--format <format>', 'how results are printed').choices(FORMATS).default('table'))
    .option('--output <file>', 'write the results to this file instead of stdout')
    .option('--no-color', 'no colours (NO_COLOR does the same)')
    .option('--stack <name>', 'the deployed stack to use')
    .option('--profile <name>', 'the AWS profile to reach the stack with')
    .option('--region <region>', 'the AWS region that the stack is in')
    .addHelpText('after', HELP.program)
  const globalsOf = (command: Command) => command.optsWithGlobals<Globals>()

  program
    .command('scan')
    .description('scan the fleet: findings, coverage, and the digest of what changed')
    .option('--fleet <file>', 'what exists in the embedded account (YAML)')
    .option('--config <file>', 'what to scan (fleet-scanner.yaml)')
    .option('--instance <id>', 'scan this instance alone; may be repeated', collect)
    .option('--dry-run', 'only say which instances would get which document')
    .option('--cancel <scan>', 'stop the open scan of this id')
    .addHelpText('after', HELP.scan)
    .action(async (options: ScanOptions, command) => {
      const { scan } = await import('./commands/scan.ts')
      done(await scan(options, globalsOf(command)))
    })

  program
    .command('evaluate')
    .description('judge evidence from files or a pipe: no AWS, no account, nothing kept')
    .argument('[files...]', 'evidence (JSON, JSONL), collector output, ps output or manifests; - is stdin')
    .addOption(new Option('--as <kind>', 'what the input is, instead of recognising it').choices(INPUT_KINDS))
    .option('--rule <ids>', 'judge by these rules only (comma-separated)')
    .option('--control <numbers>', 'judge by the rules of these controls only (comma-separated)')
    .addHelpText('after', HELP.evaluate)
    .action(async (files: string[], options: EvaluateOptions, command) => {
      const { evaluate } = await import('./commands/evaluate.ts')
      done(await evaluate(files, options, globalsOf(command)))
    })

  withFilters(program.command('findings').description('the findings as they stand, or stood at a moment'))
    .option(
      '--at <when>',
      'as it was then: a date (its end, UTC), a time (ISO 8601, UTC where no zone is given), or 7d, 24h, 30m ago',
    )
    .addHelpText('after', HELP.findings)
    .action(async (options: FindingsOptions, command) => {
      const { findings } = await import('./commands/findings.ts')
      done(await findings(options, globalsOf(command)))
    })

  withFilters(program.command('history').description('every change of a finding, oldest first'))
    .addHelpText('after', HELP.history)
    .action(async (options: FilterOptions, command) => {
      const { history } = await import('./commands/history.ts')
      done(await history(options, globalsOf(command)))
    })

  withFilters(
    program
      .command('scans')
      .description('the scans, newest first; filters pick those that changed such a finding'),
  )
    .addHelpText('after', HELP.scans)
    .action(async (options: FilterOptions, command) => {
      const { scans } = await import('./commands/scans.ts')
      done(await scans(options, globalsOf(command)))
    })

  program
    .command('collector')
    .description('print the script that runs on the nodes')
    .addHelpText('after', HELP.collector)
    .action(async (_options: object, command) => {
      const { collector } = await import('./commands/collector.ts')
      done(await collector(globalsOf(command)))
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
      const { verify } = await import('./commands/evidence.ts')
      done(await verify(options, globalsOf(command)))
    })

  const rules = program.command('rules').description('the rules that hosts are judged by')
  rules
    .command('list')
    .description('list them')
    .action(async (_options: object, command) => {
      const { listRules } = await import('./commands/rules.ts')
      done(await listRules(globalsOf(command)))
    })
  rules
    .command('show')
    .description('show one whole')
    .argument('<rule>', 'its id, or the control that it answers')
    .action(async (name: string, _options: object, command) => {
      const { showRule } = await import('./commands/rules.ts')
      done(await showRule(name, globalsOf(command)))
    })
  rules
    .command('validate')
    .description('check rule files, and that each judges its own examples as it says')
    .argument('[files...]', 'rule files; without any, those of the scanner')
    .action(async (files: string[], _options: object, command) => {
      const { validateRules } = await import('./commands/rules.ts')
      done(await validateRules(files, globalsOf(command)))
    })

  program
    .command('demo')
    .description('scan the sample fleet, and say what to try next (this is npm start)')
    .action(async (_options: object, command) => {
      const { demo } = await import('./demo.ts')
      done(await demo(globalsOf(command)))
    })

  return program
}

/** Gathers an option that may be given several times. */
const collect = (value: string, before: string[] = []): string[] => [...before, value]

const EXIT_CODES = `
Exit codes: 0 nothing fails, 1 something FAILs, 2 wrong usage or configuration,
3 nothing fails but something could not be assessed, 4 a fault of this program.`

const HELP = {
  program: `
Examples:
  $ ps -ef | grep etcd | fleet-scanner evaluate -
  $ fleet-scanner collector | ssh NODE sudo sh -s | fleet-scanner evaluate -
  $ fleet-scanner scan --local
  $ fleet-scanner findings --local --status FAIL,ERROR
${EXIT_CODES}`,
  scan: `
Examples:
  $ fleet-scanner scan --local                        # the sample fleet, this machine included
  $ fleet-scanner scan --local --fleet my-fleet.yaml
  $ fleet-scanner scan --local --format json --output report.json
  $ fleet-scanner scan --local --dry-run              # which instances, which document; nothing is sent
  $ fleet-scanner scan --local --instance i-0abc      # this one alone, now
  $ fleet-scanner scan --local --cancel 20260131T120000Z
${EXIT_CODES}`,
  evaluate: `
Examples:
  $ ps -ef | grep etcd | fleet-scanner evaluate -
  $ fleet-scanner collector | ssh NODE sudo sh -s | fleet-scanner evaluate -
  $ fleet-scanner evaluate /etc/kubernetes/manifests/etcd.yaml
  $ fleet-scanner evaluate evidence/*.jsonl --format jsonl
  $ fleet-scanner evaluate evidence.json --control 2.3
${EXIT_CODES}`,
  findings: `
Examples:
  $ fleet-scanner findings --local --status FAIL,ERROR
  $ fleet-scanner findings --local --cluster prod --since 7d --format json
  $ fleet-scanner findings --local --at 2026-01-31                      # the fleet at the end of that day
  $ fleet-scanner findings --local --at 24h --instance i-0abc
${EXIT_CODES}`,
  history: `
Examples:
  $ fleet-scanner history --local --instance i-0abc
  $ fleet-scanner history --local --since 24h --format jsonl`,
  evidence: `
Examples:
  $ fleet-scanner evidence verify --local
  $ fleet-scanner evidence verify --local --restate --format json
Exit codes: 0 every verdict comes out the same, 1 some differ, 3 none differs but some cannot be judged again.`,
  scans: `
Examples:
  $ fleet-scanner scans --local
  $ fleet-scanner scans --local --since 2026-01-31`,
  collector: `
Examples:
  $ fleet-scanner collector | less
  $ fleet-scanner collector | ssh NODE sudo sh -s | fleet-scanner evaluate -`,
}
