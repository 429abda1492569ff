import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { build, type Plugin } from 'esbuild'
import { loadRules } from '../shared/rules/load.ts'

const ROOT = join(import.meta.dirname, '..')

/** All rules, checked; `shared/rules/load.ts` reads them there. */
const RULES_FILE = 'rules.json'

/** The functions that are deployed, by folder of `lambdas/`, and the files that each reads beside its code. */
export const FUNCTIONS = {
  'run-scan': ['shared/evidence/collector.sh', 'shared/findings/reasons.yaml', RULES_FILE],
  'parse-results': [RULES_FILE],
  'post-to-slack': [],
  'query-findings': [RULES_FILE, 'docs/openapi.json'],
} satisfies Record<string, string[]>
export type FunctionName = keyof typeof FUNCTIONS

/** Where a function finds the configuration, relative to its code: in a folder of its own, since it is no rule. */
export const CONFIG_FILE = 'config/fleet-scanner.yaml'

/** Packages in CommonJS that are inside of an ES module ask for Node's own modules by `require`. */
const REQUIRE =
  "import{createRequire as fleetScannerRequire}from'node:module';const require=fleetScannerRequire(import.meta.url);"

/** A source map that maps nothing: that is how esbuild leaves a file out, https://github.com/evanw/esbuild/issues/4130. */
const NO_MAP = Buffer.from('{"version":3,"sources":[""],"mappings":"AAAA"}').toString('base64')

/** Of packages nothing is mapped: Node reads the map at each cold start, and they would make up nine tenths of it. */
const mapOwnCodeAlone: Plugin = {
  name: 'map-own-code-alone',
  setup: ({ onLoad }) => {
    onLoad({ filter: /[\\/]node_modules[\\/].*\.[cm]?js$/ }, async ({ path }) => ({
      contents: `${await readFile(path, 'utf8')}\n//# sourceMappingURL=data:application/json;base64,${NO_MAP}`,
      loader: 'default',
    }))
  },
}

/** Modules here do nothing when they are loaded: one of which nothing is used, schemas above all, is left out. */
const leaveOutUnused: Plugin = {
  name: 'leave-out-unused',
  setup: ({ onResolve }) => {
    onResolve({ filter: /^\.\.?\/.*\.ts$/ }, ({ path, resolveDir }) => ({
      path: join(resolveDir, path),
      sideEffects: false,
    }))
  },
}

/**
 * Bundles an entry point into one ES module with everything inside, AWS's SDK included: what Lambda brings changes
 * under a function's feet. Writes `index.mjs` and its source map.
 */
export const bundleModule = async (entry: string, folder: string): Promise<void> => {
  await build({
    entryPoints: [entry],
    outfile: join(folder, 'index.mjs'),
    bundle: true,
    minify: true,
    format: 'esm',
    platform: 'node',
    target: 'node24',
    mainFields: ['module', 'main'],
    banner: { js: REQUIRE },
    define: { CHECKED_RULES: JSON.stringify(RULES_FILE), API_DESCRIPTION: JSON.stringify('openapi.json') },
    plugins: [mapOwnCodeAlone, leaveOutUnused],
    sourcemap: true,
    // The sources are public; their text would make up most of the package.
    sourcesContent: false,
    legalComments: 'none',
    logLevel: 'warning',
  })
}

/** Bundles a function into `folder`: code, the files beside it and, for run-scan, the configuration. */
const bundleFunction = async (name: FunctionName, folder: string, configText: string): Promise<void> => {
  await rm(folder, { recursive: true, force: true })
  await mkdir(folder, { recursive: true })
  await bundleModule(join(ROOT, 'lambdas', name, 'index.ts'), folder)
  for (const file of FUNCTIONS[name])
    if (file === RULES_FILE) await writeFile(join(folder, file), JSON.stringify(loadRules()))
    else await cp(join(ROOT, file), join(folder, basename(file)))
  if (name !== 'run-scan') return
  await mkdir(join(folder, 'config'))
  await writeFile(join(folder, CONFIG_FILE), configText)
}

/** Bundles every function into a folder of its own in `parent`, and returns them. */
export const bundleFunctions = async (
  parent: string,
  configText: string,
): Promise<Record<FunctionName, string>> => {
  const bundled = {} as Record<FunctionName, string>
  for (const name of Object.keys(FUNCTIONS) as FunctionName[]) {
    bundled[name] = join(parent, name)
    await bundleFunction(name, bundled[name], configText)
  }
  return bundled
}
