import { createReadStream } from 'node:fs'
import { pipeline } from 'node:stream/promises'
import { getHeapStatistics } from 'node:v8'
import { createGunzip } from 'node:zlib'
import {
  BUNDLE_KIND,
  BUNDLE_VERSION,
  BundleError,
  type BundleHeader,
  type BundleLine,
  headerSchema,
  lineSchema,
} from './bundle.ts'

/** Bounds what a file of anybody's may take of the memory: characters in a line, and bytes in all. */
const MOST_IN_A_LINE = 128 * 1024 * 1024
/** What is read takes up to this many times its bytes, once it is objects. */
const BYTES_IN_MEMORY = 4
const mostInAll = (): number => Math.floor(getHeapStatistics().heap_size_limit / BYTES_IN_MEMORY)

/**
 * Reads a bundle from a file, whole: hands on the lines after its header. `most`: how many bytes it may unpack to.
 * Throws BundleError.
 */
export const readBundle = async (
  path: string,
  onLine: (line: BundleLine) => void,
  most = mostInAll(),
): Promise<BundleHeader> => {
  let header: BundleHeader | undefined
  let ended = false
  const take = (text: string): void => {
    const value = parsed(text, path)
    if (header === undefined) header = headerOf(value, path)
    else if (ended) throw new BundleError(`${path} goes on after its end: it is damaged`)
    else if (isRecord(value, 'end')) ended = true
    else if (isKnown(value)) handOn(lineOf(value, path))
  }
  const handOn = (line: BundleLine): void => {
    try {
      onLine(line)
    } catch (error) {
      if (error instanceof RangeError)
        throw new BundleError(`${path} is nested deeper than a bundle is; it is damaged`)
      throw error
    }
  }
  try {
    await pipeline(createReadStream(path), createGunzip(), (chunks) => eachLine(chunks, { path, most }, take))
  } catch (error) {
    throw inWords(error, path)
  }
  if (header === undefined) throw new BundleError(`${path} is empty; it is no bundle of evidence export`)
  if (!ended) throw cutOff(path)
  return header
}

const eachLine = async (
  chunks: AsyncIterable<Buffer>,
  { path, most }: { path: string; most: number },
  take: (line: string) => void,
): Promise<void> => {
  const decoder = new TextDecoder('utf-8')
  // The beginning of a line, in pieces: joined only once its end is there.
  let pieces: string[] = []
  let length = 0
  let all = 0
  for await (const chunk of chunks) {
    all += chunk.length
    if (all > most) throw tooLarge(path, most)
    for (const [n, piece] of decoder.decode(chunk, { stream: true }).split('\n').entries()) {
      if (n > 0) {
        if (length > 0) take(pieces.join(''))
        pieces = []
        length = 0
      }
      if (piece !== '') pieces.push(piece)
      length += piece.length
      if (length > MOST_IN_A_LINE)
        throw new BundleError(`${path} has a line that is longer than a bundle has any; it is damaged`)
    }
  }
  if (length > 0) throw cutOff(path)
}

const parsed = (text: string, path: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    throw new BundleError(
      `${path} holds a line that is no JSON; it is damaged, or no bundle of evidence export`,
    )
  }
}

const headerOf = (value: unknown, path: string): BundleHeader => {
  const { kind, schemaVersion } = Object(value) as { kind?: unknown; schemaVersion?: unknown }
  if (kind === BUNDLE_KIND && typeof schemaVersion === 'number' && schemaVersion > BUNDLE_VERSION)
    throw new BundleError(
      `${path} is a bundle of a newer version (schemaVersion ${schemaVersion}; this one reads ${BUNDLE_VERSION}); verify it with the fleet-scanner that exported it`,
    )
  const header = headerSchema.safeParse(value)
  if (header.success) return header.data
  throw new BundleError(`${path} does not begin as a bundle of evidence export does`)
}

const isRecord = (value: unknown, record: string): boolean =>
  typeof value === 'object' && value !== null && 'record' in value && value.record === record

/** Later releases may add records under the same version. */
const isKnown = (value: unknown): boolean =>
  lineSchema.options.some(
    ({ shape }) => shape.record.safeParse((value as { record?: unknown })?.record).success,
  )

const lineOf = (value: unknown, path: string): BundleLine => {
  const line = lineSchema.safeParse(value)
  if (line.success) return line.data
  const { record } = value as { record: unknown }
  throw new BundleError(
    `${path} holds a ${String(record)} in another form than a bundle has it; it is damaged`,
  )
}

const tooLarge = (path: string, most: number): BundleError =>
  new BundleError(
    `${path} unpacks to more than the ${Math.floor(most / 1024 / 1024)} MB that fit into memory; export a shorter span or fewer instances, or set NODE_OPTIONS=--max-old-space-size=MB`,
  )

const cutOff = (path: string): BundleError =>
  new BundleError(`${path} is cut off: its end is missing; fetch it again`)

const inWords = (error: unknown, path: string): unknown => {
  if (error instanceof BundleError || !(error instanceof Error) || !('code' in error)) return error
  const { code } = error
  if (code === 'Z_BUF_ERROR') return cutOff(path)
  if (code === 'Z_DATA_ERROR')
    return new BundleError(`${path} is no gzip file, or damaged; a bundle ends in .jsonl.gz`)
  if (typeof code === 'string' && ['ENOENT', 'EACCES', 'EISDIR'].includes(code))
    return new BundleError(`${path} cannot be read (${error.message}); name a bundle of evidence export`)
  return error
}
