import { createHash } from 'node:crypto'
import { gunzipSync } from 'node:zlib'
import { posixCksum } from './cksum.ts'
import { evidenceOf } from './collector-records.ts'
import type { Evidence } from './evidence.ts'
import { EvidenceError } from './evidence-error.ts'

const MAGIC = 'FLEET-SCANNER-EVIDENCE'
/** The newest envelope that this decoder reads. */
const FORMAT_VERSION = 1
/** The collector stops gathering long before this; more is an attack on the reader. */
const MAX_PAYLOAD_BYTES = 2 * 1024 * 1024

const HEADER = new RegExp(`${MAGIC} (\\d{1,9})(?![\\w.-])([^\\r\\n]*)(\\r?\\n)?`)
const FIELDS = /^ (gzip\+base64|gzip\+hex|base64|hex) (\d{1,9}) (sha256 [0-9a-f]{64}|cksum \d{1,10})$/
const END = new RegExp(`^${MAGIC} end[ \\t\\r]*$`, 'm')
/** What the collector prints instead, where its time was up or tools are missing. */
const STOPPED = new RegExp(`^${MAGIC} stopped ([a-z0-9 ]{1,60})`, 'm')
/** What Systems Manager puts in the place of the rest: of a list's output, and of a single invocation's. */
const SSM_CUT = /---Output truncated---|--output truncated--/i

/** Whether the text holds an envelope of the collector, whole or not. */
export const looksLikeCollectorOutput = (text: string): boolean => HEADER.test(text) || STOPPED.test(text)

/**
 * Reads what the collector printed. Lines before the envelope (a banner) and anything behind it are no part of it, and
 * line ends may be CRLF. Bytes that are no UTF-8 become U+FFFD.
 *
 * @throws EvidenceError ENVELOPE_MISSING (not the collector's output), ENVELOPE_CUT (the rest is missing),
 *   ENVELOPE_CORRUPT (not what was printed), ENVELOPE_NEWER (from a newer collector), EVIDENCE_INVALID
 */
export const decodeCollectorOutput = (output: string | Uint8Array): Evidence => {
  // The envelope is ASCII, so that reading bytes as Latin-1 loses nothing of it.
  const text = typeof output === 'string' ? output : Buffer.from(output).toString('latin1')
  return evidenceOf(payloadOf(text))
}

const payloadOf = (text: string): Buffer => {
  const header = HEADER.exec(text)
  if (!header) throw absent(text)
  const [line, version, fields = '', lineEnd] = header
  if (lineEnd === undefined) throw cut(text)
  if (Number(version) > FORMAT_VERSION)
    throw new EvidenceError(
      'ENVELOPE_NEWER',
      `the envelope has format ${version}, this scanner reads up to ${FORMAT_VERSION}: update the scanner`,
    )
  const [, encoding, length, sum] = FIELDS.exec(fields) ?? []
  if (Number(version) !== FORMAT_VERSION || !encoding || !length || !sum)
    throw corrupt('the first line of the envelope cannot be read')

  const rest = text.slice(header.index + line.length)
  const end = END.exec(rest)
  if (!end) throw cut(text)
  const payload = unpacked(rest.slice(0, end.index), encoding, Number(length))
  if (payload.length < Number(length)) throw cut(text)
  if (payload.length > Number(length)) throw corrupt('the envelope holds more than it says')
  if (sumOf(payload, sum) !== sum) throw corrupt('the checksum of the envelope is wrong')
  return payload
}

const unpacked = (data: string, encoding: string, length: number): Buffer => {
  if (length > MAX_PAYLOAD_BYTES) throw corrupt(`the envelope claims more than ${MAX_PAYLOAD_BYTES} bytes`)
  const characters = data.replace(/\s+/g, '')
  const hex = encoding.endsWith('hex')
  if (!(hex ? /^[0-9a-f]*$/ : /^[A-Za-z0-9+/]*={0,2}$/).test(characters))
    throw corrupt(`the envelope holds characters that are not ${hex ? 'hex' : 'base64'}`)
  const bytes = Buffer.from(characters, hex ? 'hex' : 'base64')
  if (!encoding.startsWith('gzip')) return bytes
  try {
    return gunzipSync(bytes, { maxOutputLength: Math.max(length, 1) })
  } catch (cause) {
    throw corrupt('the envelope cannot be decompressed', cause)
  }
}

const sumOf = (payload: Buffer, like: string): string =>
  like.startsWith('sha256')
    ? `sha256 ${createHash('sha256').update(payload).digest('hex')}`
    : `cksum ${posixCksum(payload)}`

const absent = (text: string): EvidenceError => {
  const stopped = STOPPED.exec(text)
  if (stopped) return new EvidenceError('ENVELOPE_CUT', `the collector stopped ${stopped[1]}`)
  return new EvidenceError(
    'ENVELOPE_MISSING',
    'this is not the output of the collector: it holds no envelope',
  )
}

const cut = (text: string): EvidenceError => {
  const by = SSM_CUT.test(text) ? 'Systems Manager cut the output' : 'the output ends too early'
  return new EvidenceError('ENVELOPE_CUT', `${by}: the envelope is not complete`)
}

const corrupt = (message: string, cause?: unknown): EvidenceError =>
  new EvidenceError('ENVELOPE_CORRUPT', message, { cause })
