import { brotliCompressSync, brotliDecompressSync, constants } from 'node:zlib'
import { createRetryStrategy, JitterStrategy, type Serdes } from '@aws/durable-execution-sdk-js'
import { isPermanent } from '../../shared/aws/permanent-error.ts'
import { plainText } from '../../shared/report/plain-text.ts'

/** How often a step that `retrying` repeats is tried at most. */
export const MOST_TRIES = 4

const patient = createRetryStrategy({
  maxAttempts: MOST_TRIES,
  initialDelay: { seconds: 2 },
  maxDelay: { seconds: 20 },
  backoffRate: 2,
  // By default a wait may be next to none, and all of them over before an eventually consistent list has caught up.
  jitter: JitterStrategy.HALF,
})

/** Tries a step again, unless the error says that this is of no use. On top of the SDK's own retries of one call. */
export const retrying = {
  retryStrategy: (error: Error, attempt: number) =>
    isPermanent(error) ? { shouldRetry: false as const } : patient(error, attempt),
}

/** AWS keeps at most 256 KB of a step's result. */
const CHECKPOINT_LIMIT = 256 * 1024

/** A fifth smaller than gzip makes it, and as quick. */
const BROTLI = { params: { [constants.BROTLI_PARAM_QUALITY]: 6 } }

/** Keeps a step's result compressed: the inventory of ten thousand instances fits in one checkpoint. */
export const compressed = <T>(): Serdes<T> => ({
  serialize: async (value) => {
    const text = brotliCompressSync(JSON.stringify(value), BROTLI).toString('base64')
    if (text.length > CHECKPOINT_LIMIT)
      throw new Error(
        'one account and region has too many instances for one scan target; narrow its selectors',
      )
    return text
  },
  deserialize: async (text) =>
    text === undefined
      ? undefined
      : (JSON.parse(brotliDecompressSync(Buffer.from(text, 'base64')).toString()) as T),
})

/** What went wrong, in a line of bounded length: it goes into checkpoints, the table and the digest. */
export const reasonOf = (error: unknown): string =>
  plainText(error instanceof Error ? error.message : String(error), 300)
