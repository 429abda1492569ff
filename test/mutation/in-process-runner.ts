import { globSync } from 'node:fs'
import { registerHooks } from 'node:module'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { INSTRUMENTER_CONSTANTS, type InstrumenterContext } from '@stryker-mutator/api/core'
import { declareClassPlugin, PluginKind } from '@stryker-mutator/api/plugin'
import {
  type DryRunResult,
  DryRunStatus,
  determineHitLimitReached,
  type MutantRunOptions,
  type MutantRunResult,
  MutantRunStatus,
  type TestResult,
  type TestRunner,
  TestStatus,
} from '@stryker-mutator/api/test-runner'
import { beginFile, type Test, tests } from './vitest-in-process.ts'

/** In the order of how quickly they end, since the first failure ends a run. */
const TEST_FILES = [
  'test/etcd/*.test.ts',
  'test/rules/*.test.ts',
  'test/evidence/fingerprint.test.ts',
  'test/evidence/envelope*.test.ts',
]
/** Thousands of random hosts. */
const TOO_SLOW = ['test/rules/properties.test.ts']
const VITEST = import.meta.resolve('./vitest-in-process.ts')
const LOADING = 'the rules and the tests are loaded'

const stryker: { [Key in keyof InstrumenterContext]: InstrumenterContext[Key] | undefined } = {}
Object.assign(globalThis, { [INSTRUMENTER_CONSTANTS.NAMESPACE]: stryker })

/**
 * Runs the tests in Stryker's own child process, where vitest would need a second to start for each mutant. A mutant
 * that is only a switch costs milliseconds; for one that decides at import time our own modules are imported anew.
 */
class InProcessRunner implements TestRunner {
  private readonly sandbox = urlOf('./')
  private imports = 0

  capabilities() {
    return { reloadEnvironment: true }
  }

  async init(): Promise<void> {
    registerHooks({
      resolve: (specifier, context, next) => {
        if (specifier === 'vitest' && context.parentURL !== VITEST) return { url: VITEST, shortCircuit: true }
        const found = next(specifier, context)
        const isOurs = found.url.startsWith(this.sandbox) && !found.url.includes('/node_modules/')
        return isOurs ? { ...found, url: `${found.url}?import=${this.imports}` } : found
      },
    })
  }

  async dryRun(): Promise<DryRunResult> {
    await this.load()
    const results: TestResult[] = [{ id: LOADING, name: LOADING, timeSpentMs: 0, status: TestStatus.Success }]
    for (const test of tests) {
      stryker.currentTestId = test.id
      const start = performance.now()
      const failure = await failureOf(test.run)
      const { id, file } = test
      const result = { id, name: id, fileName: resolve(file), timeSpentMs: performance.now() - start }
      results.push(
        failure === undefined
          ? { ...result, status: TestStatus.Success }
          : { ...result, status: TestStatus.Failed, failureMessage: failure },
      )
    }
    stryker.currentTestId = undefined
    const mutantCoverage = stryker.mutantCoverage ?? { static: {}, perTest: {} }
    return { status: DryRunStatus.Complete, tests: results, mutantCoverage }
  }

  async mutantRun(options: MutantRunOptions): Promise<MutantRunResult> {
    stryker.hitCount = 0
    stryker.hitLimit = options.hitLimit
    stryker.activeMutant = undefined
    if (options.mutantActivation === 'static') stryker.activeMutant = options.activeMutant.id
    const notLoaded =
      options.reloadEnvironment || this.imports === 0 ? await failureOf(() => this.load()) : undefined
    if (notLoaded !== undefined) return killed(LOADING, notLoaded, 0)
    stryker.activeMutant = options.activeMutant.id

    const chosen = new Set(options.testFilter)
    // The tests of the envelope take long, and see nothing of etcd and the rules.
    const isEvidence = options.sandboxFileName.includes('/evidence/')
    const toRun = tests.filter(({ id, file }) =>
      options.testFilter ? chosen.has(id) : !file.includes('/evidence/') || isEvidence,
    )
    return runUntilOneFails(toRun, options.hitLimit)
  }

  private async load(): Promise<void> {
    this.imports++
    tests.length = 0
    // Loading the rules judges their examples, before any test begins; without a name of its own all of that would
    // count as code that runs at import time.
    const { loadRules } = (await import(urlOf('shared/rules/load.ts'))) as { loadRules: () => unknown }
    stryker.currentTestId = LOADING
    loadRules()
    stryker.currentTestId = undefined
    delete stryker.mutantCoverage?.perTest[LOADING]
    for (const file of globSync(TEST_FILES, { exclude: TOO_SLOW })) {
      beginFile(file)
      await import(urlOf(file))
    }
  }
}

const urlOf = (file: string): string => pathToFileURL(resolve(file)).href

const failureOf = async (run: () => unknown): Promise<string | undefined> => {
  try {
    await run()
    return undefined
  } catch (error) {
    return String(error)
  }
}

const runUntilOneFails = async (toRun: Test[], hitLimit: number | undefined): Promise<MutantRunResult> => {
  for (const [i, test] of toRun.entries()) {
    const failure = await failureOf(test.run)
    const tooLong = determineHitLimitReached(stryker.hitCount, hitLimit)
    if (tooLong) return { status: MutantRunStatus.Timeout, reason: tooLong.reason ?? 'endless' }
    if (failure !== undefined) return killed(test.id, failure, i + 1)
  }
  return { status: MutantRunStatus.Survived, nrOfTests: toRun.length }
}

const killed = (id: string, failureMessage: string, nrOfTests: number): MutantRunResult => ({
  status: MutantRunStatus.Killed,
  killedBy: [id],
  failureMessage,
  nrOfTests,
})

export const strykerPlugins = [declareClassPlugin(PluginKind.TestRunner, 'in-process', InProcessRunner)]
