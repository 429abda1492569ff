import { createHash } from 'node:crypto'
import { gzipSync } from 'node:zlib'

/** A record as the collector writes it; `!` at the end of the name says that the value was cut. */
export const record = (name: string, value: string | Uint8Array): Buffer => {
  const bytes = Buffer.from(value as string)
  return Buffer.concat([Buffer.from(`${name} ${bytes.length}\n`), bytes, Buffer.from('\n')])
}

export type EnvelopeOptions = {
  version?: number
  encoding?: 'gzip+base64' | 'gzip+hex' | 'base64' | 'hex'
  length?: number
  sum?: string
}

/** An envelope around these records, as the collector prints it, with what the options make wrong. */
export const envelopeOf = (records: Uint8Array[], options: EnvelopeOptions = {}): string => {
  const payload = Buffer.concat(records)
  const encoding = options.encoding ?? 'gzip+base64'
  const sum = options.sum ?? `sha256 ${createHash('sha256').update(payload).digest('hex')}`
  const bytes = encoding.startsWith('gzip') ? gzipSync(payload) : payload
  const data = bytes.toString(encoding.endsWith('hex') ? 'hex' : 'base64').replace(/.{1,76}/g, '$&\n')
  const length = options.length ?? payload.length
  return `FLEET-SCANNER-EVIDENCE ${options.version ?? 1} ${encoding} ${length} ${sum}\n${data}FLEET-SCANNER-EVIDENCE end\n`
}

/** One etcd, on a host of which all is visible. */
export const ETCD_RECORDS: Uint8Array[] = [
  record('at', '2026-01-31T12:00:00Z'),
  record('view', 'full'),
  record('etcd', '812'),
  record('argv', 'etcd\0--auto-tls=true\0'),
  record('env', ''),
  record('etcds', '1'),
]
