import type { DurableLambdaHandler } from '@aws/durable-execution-sdk-js'
import { LocalDurableTestRunner } from '@aws/durable-execution-sdk-js-testing'

/**
 * In a process of its own: loads a bundle and handles one event, and prints how long that took in milliseconds, with the
 * start of the process itself. Not counted is the engine that stands in for Lambda, before and between invocations.
 * Arguments: the bundle, the event as JSON, and `durable` or `plain`.
 */
const [bundle = '', event = '{}', kind] = process.argv.slice(2)
const payload: unknown = JSON.parse(event)
const BOOT_MS = performance.nodeTiming.bootstrapComplete

// Opened by Lambda's runtime too before it loads a function; Node does so when they are first looked at.
const { stdout } = process
void process.stderr
if (kind === 'durable') await LocalDurableTestRunner.setupTestEnvironment({ skipTime: false })
const start = performance.now()
const { handler } = await import(bundle)
const loaded = performance.now() - start

let handled = 0
const timed = async (...invocation: unknown[]) => {
  const from = performance.now()
  try {
    return await handler(...invocation)
  } finally {
    handled += performance.now() - from
  }
}
const handlerFunction: DurableLambdaHandler = timed
const result =
  kind === 'durable'
    ? (await new LocalDurableTestRunner({ handlerFunction }).run({ payload })).getResult()
    : await timed(payload, { getRemainingTimeInMillis: () => 30_000 })
const took = BOOT_MS + loaded + handled
stdout.write(`${JSON.stringify({ took, result })}\n`, () => process.exit(0))
