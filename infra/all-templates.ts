import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { App } from 'aws-cdk-lib'
import type { ScannerConfig } from '../shared/config/scanner-config.ts'
import { buildApp } from './build-app.ts'
import { FUNCTIONS, type FunctionName } from './bundle.ts'
import { memberTemplates, type Template } from './member-templates.ts'

/** Hands over the app that `npm run synth` makes, with code that is not bundled: templates hold no more of it than a hash. */
export const withApp = <T>(config: ScannerConfig, use: (app: App) => T): T => {
  const folder = mkdtempSync(join(tmpdir(), 'fleet-scanner-app-'))
  try {
    const code = Object.fromEntries(
      Object.keys(FUNCTIONS).map((name) => {
        const path = join(folder, name)
        mkdirSync(path)
        writeFileSync(join(path, 'index.mjs'), `export const handler = () => '${name}'\n`)
        return [name, path]
      }),
    ) as Record<FunctionName, string>
    return use(buildApp(config, code, { outdir: join(folder, 'cdk.out') }))
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Every template that the project makes of a configuration, by name: those of the app, and the plain ones of members. */
export const allTemplates = (config: ScannerConfig): Record<string, Template> => {
  const ofApp = withApp(config, (app) =>
    app.synth().stacks.map(({ stackName, template }) => [stackName, template as Template] as const),
  )
  const ofMembers = memberTemplates(config).map(({ name, template }) => [name, template] as const)
  return Object.fromEntries([...ofApp, ...ofMembers])
}
