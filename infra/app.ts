import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { ConfigError } from '../shared/config/config-error.ts'
import { buildApp } from './build-app.ts'
import { bundleFunctions } from './bundle.ts'
import { configFile, readConfig } from './read-config.ts'

/** Bundles are made anew for each synthesis, and found again as assets in `cdk.out`. */
const BUNDLES = join(import.meta.dirname, '..', 'build')

/** What `cdk` and `npm run synth` run: bundles the functions, and synthesizes every stack. */
const main = async (): Promise<void> => {
  const config = readConfig()
  const text = readFileSync(configFile(), 'utf8')
  const code = await bundleFunctions(BUNDLES, text)
  // The cdk command says where to by a variable.
  const outdir = process.env.CDK_OUTDIR ?? 'cdk.out'
  buildApp(config, code, { outdir }).synth()
}

try {
  await main()
} catch (error) {
  if (!(error instanceof ConfigError)) throw error
  console.error(error.message)
  process.exitCode = 2
}
