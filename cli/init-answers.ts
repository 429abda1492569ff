import { randomUUID } from 'node:crypto'
import { confirm, input } from '@inquirer/prompts'
import { UsageError } from './exit-code.ts'

/** What a first `fleet-scanner.yaml` is made from. */
export type InitAnswers = {
  /** The account that is scanned, and that the scanner runs in. */
  account: string
  /** Where the scanner runs. */
  region: string
  /** Where control planes are. */
  regions: string[]
  /** Presets, and sets of tags written as `key=value,key=value`. */
  selectors: string[]
  /** Who gets the digests and the scanner's own alarms. */
  email: string[]
  schedule: string
  externalId: string
}

/** The answers that options have given. */
export type InitOptions = {
  account?: string
  inRegion?: string
  selector?: string[]
  email?: string[]
  schedule?: string
  config: string
  force?: boolean
  yes?: boolean
}

/** What the caller's credentials say of where they belong. */
export type Whereabouts = { account?: string; region?: string }

/** Results alone go to stdout. */
const ON_STDERR = { output: process.stderr }

/** The usual ones: what matches nothing does no harm, and the preview shows it. */
const SELECTORS = ['kops', 'kubeadm', 'rke2']

const list = (text: string, separator: string | RegExp = ','): string[] =>
  text
    .split(separator)
    .map((part) => part.trim())
    .filter((part) => part !== '')

/**
 * Asks for what the options leave open; what cannot be asked, or need not with `--yes`, is the usual. Throws UsageError
 * where neither says which account or region.
 */
export const initAnswers = async (
  options: InitOptions,
  found: Whereabouts,
  canAsk: boolean,
): Promise<InitAnswers> => {
  const asks = canAsk && !options.yes
  const ask = async (
    message: string,
    given: string | undefined,
    usual: string | undefined,
    option: string,
  ) => {
    if (given !== undefined) return given
    if (asks)
      return input({ message, required: true, ...(usual !== undefined && { default: usual }) }, ON_STDERR)
    if (usual !== undefined) return usual
    throw new UsageError(`say ${option}; neither the AWS credentials nor the region settings tell it`)
  }
  const account = await ask(
    'Account to scan (12 digits)',
    options.account,
    found.account,
    'which account: --account ID',
  )
  const region = await ask(
    'Region that the scanner runs in',
    found.region,
    undefined,
    'where the scanner runs: --region NAME',
  )
  const regions = list(
    await ask('Regions to scan, with commas', options.inRegion, region, 'which regions: --in-region LIST'),
  )
  const selectors =
    options.selector ??
    list(
      await ask(
        'Control planes are tagged by: kops, kubeadm, rke2, or tags as key=value,key=value; several with ;',
        undefined,
        SELECTORS.join('; '),
        'selectors: --selector NAME',
      ),
      ';',
    )
  const email =
    options.email ??
    (asks
      ? list(await input({ message: 'E-mail for what changes, and for alarms (may stay empty)' }, ON_STDERR))
      : [])
  const schedule = await ask('How often', options.schedule, 'rate(1 day)', 'how often: --schedule EXPRESSION')
  return { account, region, regions, selectors, email, schedule, externalId: `fleet-scanner-${randomUUID()}` }
}

/** Whether to write what the preview has shown. */
export const mayWrite = async (file: string, asks: boolean): Promise<boolean> =>
  asks ? confirm({ message: `Write ${file}?` }, ON_STDERR) : true
