import type { PartialStrykerOptions } from '@stryker-mutator/api/core'

/** Mutates what decides a verdict; docs/mutation.md says how to read the result. */
export default {
  mutate: ['shared/etcd/*.ts', 'shared/evidence/*.ts', 'shared/rules/*.ts'],
  testRunner: 'in-process',
  plugins: ['./test/mutation/in-process-runner.ts'],
  coverageAnalysis: 'perTest',
  // Both need TypeScript's compiler API, which TypeScript 7 does not have; the tests run without types anyway.
  disableTypeChecks: false,
  tsconfigFile: 'none',
  concurrency: 2,
  // Modules that are imported anew leave their old selves in memory.
  maxTestRunnerReuse: 150,
  reporters: ['progress-append-only', 'clear-text', 'json'],
  jsonReporter: { fileName: 'coverage/mutation.json' },
  clearTextReporter: { allowColor: false, logTests: false, reportTests: false },
  warnings: { slow: false, preprocessorErrors: true, unknownOptions: true, unserializableOptions: true },
  tempDirName: 'coverage/mutation',
  ignorePatterns: ['.fleet-scanner', 'coverage', 'bench', 'cli', 'infra', 'lambdas', 'local', 'samples'],
} satisfies PartialStrykerOptions
