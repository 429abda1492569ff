import type { DurableLambdaHandler } from '@aws/durable-execution-sdk-js'
import { LocalDurableTestRunner } from '@aws/durable-execution-sdk-js-testing'
import type { ScanResult } from '../lambdas/run-scan/deps.ts'
import type { RunScanEvent } from '../lambdas/run-scan/run-scan.ts'

/** The name under which run-scan invokes parse-results here. */
export const PARSE_FUNCTION = 'parse-results'

/** The deployed functions, on AWS's own local engine for durable functions. */
export type Functions = {
  /** Runs one scan to its end; throws what ended the execution where it failed. */
  runScan(event: RunScanEvent): Promise<ScanResult>
  stop(): Promise<void>
}

/**
 * Starts the engine and loads the functions. They read their environment while they load, as in Lambda: it has to be
 * set before. The engine leaves a timer behind when it stops, so the process has to be ended by its owner.
 */
export const startFunctions = async (): Promise<Functions> => {
  await LocalDurableTestRunner.setupTestEnvironment({ skipTime: false })
  const { handler: runScan } = await import('../lambdas/run-scan/index.ts')
  const { handler: parseResults } = await import('../lambdas/parse-results/index.ts')
  // middy's type shows the inner handler; what it makes in this mode is the SDK's, as Lambda calls it.
  const handlerFunction = runScan as unknown as DurableLambdaHandler
  return {
    runScan: async (event) => {
      const runner = new LocalDurableTestRunner<ScanResult>({ handlerFunction })
      runner.registerFunction(PARSE_FUNCTION, parseResults)
      const execution = await runner.run({ payload: event })
      const result = execution.getResult()
      if (result === undefined) throw new Error(`the scan ended without a result (${execution.getStatus()})`)
      return result
    },
    stop: () => LocalDurableTestRunner.teardownTestEnvironment(),
  }
}
