import { type DurableLambdaHandler, InvocationStatus } from '@aws/durable-execution-sdk-js'
import { LocalDurableTestRunner } from '@aws/durable-execution-sdk-js-testing'
import type { ScanCancelled, ScanPlan, ScanRefused, ScanResult } from '../lambdas/run-scan/deps.ts'
import type { ScanEvent } from '../lambdas/run-scan/events.ts'
import type { NotifyTested } from '../lambdas/run-scan/notify-test.ts'
import type { RunFunction } from './executions.ts'

/** The name under which run-scan invokes parse-results here. */
export const PARSE_FUNCTION = 'parse-results'

/** What the engine tells every function that its own ARN is: under this name run-scan invokes itself. */
export const OWN_ARN = 'arn:aws:lambda:us-east-2:123456789012:function:my-function-name'

/** The deployed functions, on AWS's own local engine for durable functions. */
export type Functions = {
  /** Runs run-scan on any event, to its end. */
  run: RunFunction
  /** Runs one scan to its end; throws what ended the execution where it failed. */
  runScan(event: Omit<ScanEvent, 'dryRun'>): Promise<ScanResult>
  planScan(event: Pick<ScanEvent, 'only' | 'check'>): Promise<ScanPlan>
  cancelScan(scanId: string): Promise<ScanCancelled | ScanRefused>
  /** Sends a test message to a route. */
  notifyTest(route: string): Promise<NotifyTested>
  stop(): Promise<void>
}

/** The module of each function: its source, or what a deployment bundles. */
export type FunctionCode = { 'run-scan': string; 'parse-results': string }

const SOURCES: FunctionCode = {
  'run-scan': new URL('../lambdas/run-scan/index.ts', import.meta.url).href,
  'parse-results': new URL('../lambdas/parse-results/index.ts', import.meta.url).href,
}

/**
 * Starts the engine and loads the functions. They read their environment while they load, as in Lambda: it has to be
 * set before. The engine leaves a timer behind when it stops, so the process has to be ended by its owner.
 */
export const startFunctions = async (code: FunctionCode = SOURCES): Promise<Functions> => {
  await LocalDurableTestRunner.setupTestEnvironment({ skipTime: false })
  const { handler: runScan } = await import(code['run-scan'])
  const { handler: parseResults } = await import(code['parse-results'])
  const handlerFunction: DurableLambdaHandler = runScan
  const execute = async <T>(event: unknown, isStopped = () => false): Promise<T> => {
    const runner = new LocalDurableTestRunner<T>({ handlerFunction: stoppable(handlerFunction, isStopped) })
    runner.registerFunction(PARSE_FUNCTION, parseResults)
    // Not as a durable function: the engine would run that with nothing registered that it could invoke.
    runner.registerFunction(OWN_ARN, (nested: unknown) => execute(nested, isStopped))
    const execution = await runner.run({ payload: event })
    const result = execution.getResult()
    if (result === undefined) throw new Error(`run-scan ended without a result (${execution.getStatus()})`)
    return result
  }
  return {
    run: execute,
    runScan: (event) => execute(event),
    planScan: (event) => execute({ ...event, dryRun: true }),
    cancelScan: (scanId) => execute({ cancel: scanId }),
    notifyTest: (route) => execute({ notifyTest: route }),
    stop: () => LocalDurableTestRunner.teardownTestEnvironment(),
  }
}

/** An execution that was stopped is not invoked again; what it is at goes on until it next waits. */
const stoppable =
  (handler: DurableLambdaHandler, isStopped: () => boolean): DurableLambdaHandler =>
  async (invocation, context) =>
    isStopped()
      ? { Status: InvocationStatus.FAILED, Error: { ErrorType: 'Stopped', ErrorMessage: 'it was stopped' } }
      : handler(invocation, context)
