import { existsSync, readFileSync } from 'node:fs'
import { ConfigError } from '../shared/config/config-error.ts'
import { parseConfig } from '../shared/config/parse-config.ts'
import type { ScannerConfig } from '../shared/config/scanner-config.ts'
import { ruleIds } from '../shared/rules/load.ts'

const EXAMPLE = 'fleet-scanner.example.yaml'

/**
 * The configuration to synthesize: the file behind `--config`, else `fleet-scanner.yaml`, else the example, so that
 * the templates can be looked at before anything is decided: not with `example: false`, for what is handed on to other
 * accounts. Throws ConfigError for what is wrong in it.
 */
export const readConfig = (args = process.argv.slice(2), { example = true } = {}): ScannerConfig => {
  const found = configFile(args)
  if (found === EXAMPLE && !example)
    throw new ConfigError(
      'fleet-scanner.yaml',
      undefined,
      'is not there; write one (npx fleet-scanner init), or name another with --config',
    )
  if (found === EXAMPLE)
    console.error(`There is no fleet-scanner.yaml: these are the templates of ${EXAMPLE}.`)
  return parseConfig(readFileSync(found, 'utf8'), found, ruleIds())
}

/** Which file that is: `FLEET_SCANNER_CONFIG` names one too, since `cdk` passes no options on. */
export const configFile = (args = process.argv.slice(2)): string => {
  const at = args.indexOf('--config')
  const file = at < 0 ? process.env.FLEET_SCANNER_CONFIG : args[at + 1]
  return file ?? ['fleet-scanner.yaml', EXAMPLE].find((each) => existsSync(each)) ?? 'fleet-scanner.yaml'
}
