import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { decodeCollectorOutput } from '../../shared/evidence/envelope.ts'
import { evidenceSchema } from '../../shared/evidence/evidence.ts'
import { EvidenceError } from '../../shared/evidence/evidence-error.ts'
import { type EnvelopeOptions, ETCD_RECORDS, envelopeOf, record } from './envelope-of.ts'

const refusal = (output: string): EvidenceError => {
  try {
    decodeCollectorOutput(output)
  } catch (error) {
    if (error instanceof EvidenceError) return error
    throw error
  }
  throw new Error('it was decoded')
}
const ours = (options: EnvelopeOptions): string => envelopeOf(ETCD_RECORDS, options)
const size = Buffer.concat(ETCD_RECORDS).length
const MIB = 1024 * 1024

describe('the reason why an output is refused is told', () => {
  it.each<[string, string, string]>([
    ['text of another program', 'hello', 'this is not the output of the collector: it holds no envelope'],
    [
      'the first line alone',
      ours({}).split('\n')[0] ?? '',
      'the output ends too early: the envelope is not complete',
    ],
    [
      'no end mark',
      ours({}).replace(/FLEET-SCANNER-EVIDENCE end\n/, ''),
      'the output ends too early: the envelope is not complete',
    ],
    [
      'fewer bytes than announced',
      ours({ length: size + 1 }),
      'the output ends too early: the envelope is not complete',
    ],
    [
      'more bytes than announced',
      ours({ length: size - 1, encoding: 'hex' }),
      'the envelope holds more than it says',
    ],
    [
      'a newer format',
      ours({ version: 2 }),
      'the envelope has format 2, this scanner reads up to 1: update the scanner',
    ],
    [
      'a first line without fields',
      'FLEET-SCANNER-EVIDENCE 1\n',
      'the first line of the envelope cannot be read',
    ],
    [
      'a first line with something before the fields',
      ours({}).replace(' gzip', ' x gzip'),
      'the first line of the envelope cannot be read',
    ],
    [
      'a first line with something behind the fields',
      ours({}).replace('\n', ' x\n'),
      'the first line of the envelope cannot be read',
    ],
    ['a wrong checksum', ours({ sum: `sha256 ${'0'.repeat(64)}` }), 'the checksum of the envelope is wrong'],
    [
      'other characters in hex',
      ours({ encoding: 'hex' }).replace('\n', '\nz'),
      'the envelope holds characters that are not hex',
    ],
    [
      'other characters at the end of hex',
      ours({ encoding: 'hex' }).replace('\nFLEET', 'z\nFLEET'),
      'the envelope holds characters that are not hex',
    ],
    [
      'other characters in base64',
      ours({ encoding: 'base64' }).replace('\n', '\n!'),
      'the envelope holds characters that are not base64',
    ],
    [
      'padding inside of base64',
      ours({ encoding: 'base64' }).replace('\n', '\n='),
      'the envelope holds characters that are not base64',
    ],
    [
      'bytes that are no gzip',
      ours({ encoding: 'base64' }).replace(' base64', ' gzip+base64'),
      'the envelope cannot be decompressed',
    ],
    [
      'gzip that holds far more than it says',
      envelopeOf([record('ps', 'x'.repeat(MIB))], { length: 9 }),
      'the envelope cannot be decompressed',
    ],
  ])('%s', (_, output, message) => {
    expect(refusal(output).message).toBe(message)
    expect(refusal(output).name).toBe('EvidenceError')
  })
  it('with its cause', () => {
    expect(refusal(ours({ encoding: 'base64' }).replace(' base64', ' gzip+base64')).cause).toBeInstanceOf(
      Error,
    )
    expect(refusal(envelopeOf([record('etcd', 'x'), record('etcds', '1')])).cause).toBeInstanceOf(Error)
  })
  it('at once for a length that no collector makes', () => {
    expect(refusal(ours({ length: 999_999_999 })).message).toMatch(
      /^the envelope claims more than \d+ bytes$/,
    )
  })
  it('not for blank lines and blanks among its characters', () => {
    expect(decodeCollectorOutput(ours({}).replace('\n', '\n\n \t\r\n')).processes).toHaveLength(1)
  })
})

describe('the reason why the records cannot be read is told', () => {
  it.each<[string, Uint8Array[], string]>([
    ['an unknown one', [record('odd', '')], 'unknown record "odd"'],
    ['one without a head', [Buffer.from('at x\n')], 'no record begins at byte 0'],
    ['one without a line end', [record('view', 'full'), Buffer.from('at 5')], 'no record begins at byte 12'],
    ['an empty line', [Buffer.from('\n')], 'no record begins at byte 0'],
    ['something before the name', [Buffer.from('!at 1\nx\n')], 'no record begins at byte 0'],
    ['something behind the length', [Buffer.from('at 1 \nx\n')], 'no record begins at byte 0'],
    ['a wrong length', [Buffer.from('at 900\nx\n')], 'the record at byte 0 does not end where it says'],
    ['a part of nothing', [record('argv', 'etcd\0')], 'a record describes nothing'],
    ['a wrong count', [record('etcds', '1')], 'etcds: 1 are announced'],
  ])('%s', (_, records, message) => {
    const error = refusal(envelopeOf(records))
    expect(error.code).toBe('ENVELOPE_CORRUPT')
    expect(error.message).toBe(`the records of the envelope cannot be read: ${message}`)
  })
  it('what makes no evidence', () => {
    const error = refusal(envelopeOf([record('etcd', 'x'), record('etcds', '1')]))
    expect(error.message).toBe('the envelope holds no valid evidence')
  })
})

describe('each record is kept', () => {
  const decoded = (...records: Uint8Array[]) => decodeCollectorOutput(envelopeOf(records))
  it('of the host', () => {
    expect(
      decoded(
        record('instance', 'i-1'),
        record('view', 'odd'),
        record('addresses', 'fe80::0001\0x\0[::1]:5\0a:b'),
      ),
    ).toEqual({
      schemaVersion: 1,
      instanceId: 'i-1',
      view: 'partial',
      hostAddresses: ['fe80::1', 'x', '[::1]:5', 'a:b'],
    })
  })
  it('of a process', () => {
    const process = [record('etcd', '1'), record('uid', '5'), record('exe', '/e'), record('env!', 'A=b\0')]
    expect(
      decoded(...process, record('config', '/c'), record('text', 'a: b'), record('etcds', '1')).processes,
    ).toEqual([
      {
        pid: 1,
        uid: 5,
        exe: '/e',
        argv: null,
        environ: ['A=b'],
        truncated: true,
        configFile: { path: '/c', content: 'a: b' },
      },
    ])
  })
  it('of an etcd inside of another program', () => {
    const head = [record('embed', 'k3s'), record('pid', '5'), record('config', '/c')]
    const embeddedEtcds = [{ name: 'k3s', pid: 5, configFile: { path: '/c', content: null } }]
    expect(decoded(...head, record('embeds!', '1'))).toEqual({
      schemaVersion: 1,
      embeddedEtcds,
      truncatedParts: ['embeddedEtcds'],
    })
  })
  it('of lists that were cut', () => {
    const evidence = decoded(
      ...[
        record('api', 'k'),
        record('servers!', 'https://a:1\0'),
        record('apis!', '1'),
        record('files!', '0'),
      ],
    )
    expect(evidence.apiservers).toEqual([{ name: 'k', etcdServers: ['https://a:1'], truncated: true }])
    expect(evidence.truncatedParts).toEqual(['apiservers', 'manifests'])
  })
})

describe('Evidence JSON', () => {
  it.each(['full', 'partial'])('takes the view %s', (view) => {
    expect(evidenceSchema.parse({ schemaVersion: 1, view })).toMatchObject({ view })
  })
  it.each(['processes', 'embeddedEtcds', 'apiservers', 'psOutput', 'manifests'])(
    'takes %s as cut',
    (part) => {
      expect(evidenceSchema.parse({ schemaVersion: 1, truncatedParts: [part] })).toMatchObject({
        truncatedParts: [part],
      })
    },
  )
  it('takes no other view, part or version', () => {
    for (const wrong of [{ view: '' }, { truncatedParts: [''] }, { schemaVersion: 2 }])
      expect(evidenceSchema.safeParse({ schemaVersion: 1, ...wrong }).success).toBe(false)
  })
})

it('an envelope is read by its own checksum', () => {
  const sum = `sha256 ${createHash('sha256').update(Buffer.concat(ETCD_RECORDS)).digest('hex')}`
  expect(decodeCollectorOutput(ours({ sum, encoding: 'hex' })).view).toBe('full')
})
