import { existsSync, writeFileSync } from 'node:fs'
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts'
import { collectorDocument } from '../../shared/aws/document.ts'
import { ConfigError } from '../../shared/config/config-error.ts'
import { parseConfig } from '../../shared/config/parse-config.ts'
import type { ScannerConfig } from '../../shared/config/scanner-config.ts'
import { renderPlan } from '../../shared/report/plan-table.ts'
import { asUserErrors } from '../aws-errors.ts'
import { clientSettings } from '../deployment.ts'
import { EXIT, type ExitCode, UsageError } from '../exit-code.ts'
import { type InitOptions, initAnswers, mayWrite, type Whereabouts } from '../init-answers.ts'
import { initConfig } from '../init-config.ts'
import { type Globals, painter, printResults, say } from '../output.ts'
import { previewTargets } from '../preview.ts'

/**
 * Writes a first `fleet-scanner.yaml` from options and questions, and shows before what its selectors match in the
 * caller's account. Throws UsageError; a file that is there is left alone unless `--force`.
 */
export const init = async (options: InitOptions, globals: Globals): Promise<ExitCode> => {
  const { config: file, force, yes } = options
  if (globals.local)
    throw new UsageError('init is for an AWS account; scan --local --fleet FILE needs no fleet-scanner.yaml')
  if (existsSync(file) && !force)
    throw new UsageError(`${file} is there already; name another with --config, or replace it with --force`)
  const canAsk = process.stdin.isTTY && process.stderr.isTTY
  const found = await whereabouts(globals)
  const answers = await initAnswers(options, found, canAsk).catch(unlessInterrupted)
  const text = initConfig(answers)
  const config = checked(text, file)
  await preview(config, found, globals)
  if (!(await mayWrite(file, canAsk && !yes).catch(unlessInterrupted))) {
    say('nothing was written')
    return EXIT.nothingFails
  }
  write(file, text)
  await printResults(globals, nextSteps(file))
  return EXIT.nothingFails
}

/** The account and region of the caller's credentials; without any, they have to be given. */
const whereabouts = async (globals: Globals): Promise<Whereabouts> => {
  const sts = new STSClient(clientSettings(globals))
  try {
    return await asUserErrors(globals, async () => {
      const { Account: account } = await sts.send(new GetCallerIdentityCommand())
      return { region: await sts.config.region(), ...(account !== undefined && { account }) }
    })
  } catch (error) {
    if (!(error instanceof UsageError)) throw error
    say(`who you are in AWS is not known, so there will be no preview: ${error.message}`)
    const region = globals.region ?? process.env.AWS_REGION
    return region === undefined ? {} : { region }
  } finally {
    sts.destroy()
  }
}

/** What was typed is checked as the file will be; a mistake in it is the user's to mend. */
const checked = (text: string, file: string): ScannerConfig => {
  try {
    return parseConfig(text, file)
  } catch (error) {
    if (error instanceof ConfigError) throw new UsageError(`this would not do as ${error.message}`)
    throw error
  }
}

const preview = async (config: ScannerConfig, { account }: Whereabouts, globals: Globals): Promise<void> => {
  if (account === undefined) return
  const targets = await previewTargets(config, account, globals)
  if (targets.length === 0) {
    say(`no preview: the credentials are of account ${account}, which is not the one to scan`)
    return
  }
  const { name, hash: collectorHash } = collectorDocument()
  say(
    `what the selectors match now:\n${renderPlan({ document: { name, collectorHash }, targets }, painter(globals))}`,
  )
}

const write = (file: string, text: string): void => {
  try {
    writeFileSync(file, text)
  } catch (error) {
    throw new UsageError(`${file} cannot be written (${error instanceof Error ? error.message : error})`)
  }
}

const nextSteps = (file: string): string => `${file} is written. Next:${
  file === 'fleet-scanner.yaml' ? '' : `\n  export FLEET_SCANNER_CONFIG=${file}`
}
  npx cdk bootstrap                                # once an account and region
  npx cdk deploy --all                             # the scanner, and what this account's instances need
  npx fleet-scanner doctor --stack fleet-scanner   # is everything ready?
  npx fleet-scanner scan --stack fleet-scanner
docs/deploy.md has the details, and how to add accounts.
`

/** Ctrl-C at a question is no fault. */
const unlessInterrupted = (error: unknown): never => {
  if (error instanceof Error && error.name === 'ExitPromptError')
    throw new UsageError('interrupted; nothing was written')
  throw error
}
