import type { DurableLambdaHandler } from '@aws/durable-execution-sdk-js'
import { LocalDurableTestRunner } from '@aws/durable-execution-sdk-js-testing'
import type { ScanCancelled, ScanPlan, ScanRefused, ScanResult } from '../lambdas/run-scan/deps.ts'
import type { ScanEvent } from '../lambdas/run-scan/events.ts'

/** The name under which run-scan invokes parse-results here. */
export const PARSE_FUNCTION = 'parse-results'

/** What the engine tells every function that its own ARN is: under this name run-scan invokes itself. */
export const OWN_ARN = 'arn:aws:lambda:us-east-2:123456789012:function:my-function-name'

/** The deployed functions, on AWS's own local engine for durable functions. */
export type Functions = {
  /** Runs one scan to its end; throws what ended the execution where it failed. */
  runScan(event: Omit<ScanEvent, 'dryRun'>): Promise<ScanResult>
  planScan(event: Pick<ScanEvent, 'only'>): Promise<ScanPlan>
  cancelScan(scanId: string): Promise<ScanCancelled | ScanRefused>
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
  const execute = async <T>(event: unknown): Promise<T> => {
    const runner = new LocalDurableTestRunner<T>({ handlerFunction })
    runner.registerFunction(PARSE_FUNCTION, parseResults)
    // Not as a durable function: the engine would run that with nothing registered that it could invoke.
    runner.registerFunction(OWN_ARN, (nested: unknown) => execute(nested))
    const execution = await runner.run({ payload: event })
    const result = execution.getResult()
    if (result === undefined) throw new Error(`run-scan ended without a result (${execution.getStatus()})`)
    return result
  }
  return {
    runScan: (event) => execute(event),
    planScan: (event) => execute({ ...event, dryRun: true }),
    cancelScan: (scanId) => execute({ cancel: scanId }),
    stop: () => LocalDurableTestRunner.teardownTestEnvironment(),
  }
}
