import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { posixCksum } from '../../shared/evidence/cksum.ts'
import { decodeCollectorOutput, looksLikeCollectorOutput } from '../../shared/evidence/envelope.ts'
import { EvidenceError, type EvidenceErrorCode } from '../../shared/evidence/evidence-error.ts'
import { ETCD_RECORDS, envelopeOf, record } from './envelope-of.ts'

const errorOf = (output: string | Uint8Array): EvidenceError => {
  try {
    decodeCollectorOutput(output)
  } catch (error) {
    if (error instanceof EvidenceError) return error
    throw error
  }
  throw new Error('it was decoded')
}
const expectError = (output: string | Uint8Array, code: EvidenceErrorCode): void => {
  expect(errorOf(output).code).toBe(code)
}

const ENVELOPE = envelopeOf(ETCD_RECORDS)
const EVIDENCE = {
  schemaVersion: 1,
  collectedAt: '2026-01-31T12:00:00Z',
  view: 'full',
  processes: [{ pid: 812, argv: ['etcd', '--auto-tls=true'], environ: [] }],
}

describe('an envelope is read', () => {
  it('in each encoding that a node may be able to make', () => {
    for (const encoding of ['gzip+base64', 'gzip+hex', 'base64', 'hex'] as const)
      expect(decodeCollectorOutput(envelopeOf(ETCD_RECORDS, { encoding }))).toEqual(EVIDENCE)
  })

  it('with the checksum that every POSIX system has', () => {
    expect(posixCksum(Buffer.from('123456789'))).toBe(930766865)
    expect(posixCksum(Buffer.alloc(0))).toBe(4294967295)
    const sum = `cksum ${posixCksum(Buffer.concat(ETCD_RECORDS))}`
    expect(decodeCollectorOutput(envelopeOf(ETCD_RECORDS, { sum }))).toEqual(EVIDENCE)
    expectError(envelopeOf(ETCD_RECORDS, { sum: 'cksum 930766865' }), 'ENVELOPE_CORRUPT')
  })

  it('after a banner, with CRLF line ends, before any text, as text or bytes', () => {
    const output = `Welcome to node 7!\n\n${ENVELOPE}\nroot 812 etcd\n---Output truncated---`
    expect(decodeCollectorOutput(output)).toEqual(EVIDENCE)
    expect(decodeCollectorOutput(output.replaceAll('\n', '\r\n'))).toEqual(EVIDENCE)
    expect(decodeCollectorOutput(Buffer.from(output))).toEqual(EVIDENCE)
    expect(looksLikeCollectorOutput(output)).toBe(true)
  })

  it('with bytes that are no UTF-8 as U+FFFD, and each boundary kept', () => {
    const argv = Buffer.concat([Buffer.from('etcd\0\0--name=\n'), Buffer.from([0xff]), Buffer.from('\0')])
    const output = envelopeOf([record('etcd', '1'), record('argv', argv), record('etcds', '1')])
    expect(decodeCollectorOutput(output).processes?.[0]?.argv).toEqual(['etcd', '', '--name=\n\u{fffd}'])
  })

  it('with what could not be read as null, and each cut marked', () => {
    const output = envelopeOf([
      record('etcd', '1'),
      record('argv!', 'etcd\0--na'),
      record('config', '/etc/etcd.yml'),
      record('etcds!', '1'),
      record('embed', 'k3s'),
      record('pid', '7'),
      record('config', '/srv/k3s/server/db/etcd/config'),
      record('text!', 'name: a\n'),
      record('embed', 'k3s'),
      record('pid', '8'),
      record('config', '/var/lib/rancher/k3s/server/db/etcd/config'),
      record('embeds!', '2'),
      record('api', 'kube-apiserver'),
      record('pid', '9'),
      record('servers', 'https://10.0.0.1:2379,https://10.0.0.2:2379\0'),
      record('api', 'k3s'),
      record('apis', '2'),
      record('file', '/etc/kubernetes/manifests/etcd.yaml'),
      record('mode', '600'),
      record('owner', 'root:root'),
      record('text!', '\u{feff}kind: Pod'),
      record('file', '/etc/kubernetes/manifests/b.yaml'),
      record('files', '2'),
      record('addresses', '10.0.1.5\x002001:0db8:0000:0000:0000:0000:0000:0001\0'),
      record('ps!', 'root 1 etcd'),
    ])
    expect(decodeCollectorOutput(output)).toEqual({
      schemaVersion: 1,
      processes: [
        {
          pid: 1,
          argv: ['etcd', '--na'],
          environ: null,
          truncated: true,
          configFile: { path: '/etc/etcd.yml', content: null },
        },
      ],
      embeddedEtcds: [
        {
          pid: 7,
          name: 'k3s',
          configFile: { path: '/srv/k3s/server/db/etcd/config', content: 'name: a\n', truncated: true },
        },
        {
          pid: 8,
          name: 'k3s',
          configFile: { path: '/var/lib/rancher/k3s/server/db/etcd/config', content: null },
        },
      ],
      apiservers: [
        { pid: 9, name: 'kube-apiserver', etcdServers: ['https://10.0.0.1:2379', 'https://10.0.0.2:2379'] },
        { name: 'k3s', etcdServers: null },
      ],
      manifests: [
        {
          path: '/etc/kubernetes/manifests/etcd.yaml',
          mode: '600',
          owner: 'root:root',
          content: '\u{feff}kind: Pod',
          truncated: true,
        },
        { path: '/etc/kubernetes/manifests/b.yaml', content: null },
      ],
      hostAddresses: ['10.0.1.5', '2001:db8::1'],
      psOutput: 'root 1 etcd',
      truncatedParts: ['processes', 'embeddedEtcds', 'psOutput'],
    })
  })

  it('with lists that are empty apart from lists that were not looked for', () => {
    const none = decodeCollectorOutput(
      envelopeOf([record('etcds', '0'), record('embeds', '0'), record('apis', '0')]),
    )
    expect(none).toMatchObject({ processes: [], embeddedEtcds: [], apiservers: [] })
    expect(decodeCollectorOutput(ENVELOPE).embeddedEtcds).toBeUndefined()
  })
})

describe('an envelope is refused', () => {
  it('as missing, where the output is not ours', () => {
    for (const output of [
      '',
      'bash: sh: command not found',
      'root 1 0 etcd --auto-tls=true',
      'FLEET-SCANNER-EVIDENCE',
    ])
      expectError(output, 'ENVELOPE_MISSING')
    expect(looksLikeCollectorOutput('root 812 1 0 etcd')).toBe(false)
  })

  it('as cut, where Systems Manager or the collector itself ended it', () => {
    const half = ENVELOPE.slice(0, ENVELOPE.length / 2)
    expect(errorOf(`${half}\n---Output truncated---`).message).toContain('Systems Manager cut')
    expectError(`${half}--output truncated--`, 'ENVELOPE_CUT')
    expectError('FLEET-SCANNER-EVIDENCE 1 gzip+ba', 'ENVELOPE_CUT')
    const stopped = 'FLEET-SCANNER-EVIDENCE stopped after 25 seconds\n'
    expect(errorOf(`\n${stopped}`)).toMatchObject({
      code: 'ENVELOPE_CUT',
      message: expect.stringContaining('25 seconds'),
    })
    expect(looksLikeCollectorOutput(stopped)).toBe(true)
    expectError(`${half}\n${stopped}`, 'ENVELOPE_CUT')
  })

  it('as newer, with the advice to update the scanner', () => {
    expect(errorOf(envelopeOf(ETCD_RECORDS, { version: 2 }))).toMatchObject({
      code: 'ENVELOPE_NEWER',
      message: expect.stringContaining('update the scanner'),
    })
  })

  it('as corrupt, where checksum, length, encoding or records are wrong', () => {
    expectError(envelopeOf(ETCD_RECORDS, { sum: `sha256 ${'0'.repeat(64)}` }), 'ENVELOPE_CORRUPT')
    expectError(envelopeOf(ETCD_RECORDS, { length: 10, encoding: 'hex' }), 'ENVELOPE_CORRUPT')
    expectError(envelopeOf(ETCD_RECORDS, { version: 0 }), 'ENVELOPE_CORRUPT')
    expectError(ENVELOPE.replace(/\n(.)/, '\n!$1'), 'ENVELOPE_CORRUPT')
    for (const records of [
      [record('etcds', '1')],
      [record('embeds', '1')],
      [record('argv', 'etcd\0')],
      [record('pid', '1')],
      [record('constructor', '')],
      [Buffer.from('at 900\nx\n')],
      [Buffer.from('at x\n')],
      [Buffer.from('view 4\nfullx')],
    ])
      expectError(envelopeOf(records), 'ENVELOPE_CORRUPT')
  })

  it('as invalid, where the records make no evidence', () => {
    expectError(envelopeOf([record('etcd', 'x'), record('etcds', '1')]), 'EVIDENCE_INVALID')
  })

  it('before it fills the memory', () => {
    const bomb = [record('ps', 'x'.repeat(50_000_000))]
    expectError(envelopeOf(bomb), 'ENVELOPE_CORRUPT')
    expectError(envelopeOf(bomb, { length: 1000 }), 'ENVELOPE_CORRUPT')
  })
})

describe('whatever happens to it on the way', () => {
  const decodedOrRefused = (output: Uint8Array): void => {
    try {
      expect(decodeCollectorOutput(output)).toEqual(EVIDENCE)
    } catch (error) {
      if (!(error instanceof EvidenceError)) throw error
    }
  }
  const bytes = Buffer.from(`${ENVELOPE}\nroot 812 etcd\n`)

  it('it decodes to the same evidence or not at all: cut after any byte', () => {
    for (let length = 0; length < bytes.length; length++) decodedOrRefused(bytes.subarray(0, length))
    const whole = ENVELOPE.trimEnd().length
    for (let length = 0; length < whole; length++)
      expect(() => decodeCollectorOutput(bytes.subarray(0, length))).toThrow(EvidenceError)
  })

  it('it decodes to the same evidence or not at all: any byte flipped', () => {
    for (let at = 0; at < bytes.length; at++)
      for (let bit = 0; bit < 8; bit++) {
        const flipped = Buffer.from(bytes)
        flipped[at] = (flipped[at] ?? 0) ^ (1 << bit)
        decodedOrRefused(flipped)
      }
  })

  it('it decodes to the same evidence or not at all: any stretch replaced', () => {
    fc.assert(
      fc.property(
        fc.nat(bytes.length),
        fc.nat(40),
        fc.uint8Array({ maxLength: 40 }),
        (at, length, stretch) => {
          decodedOrRefused(Buffer.concat([bytes.subarray(0, at), stretch, bytes.subarray(at + length)]))
        },
      ),
    )
  })

  it('random records never crash the reader', () => {
    const names = [
      'etcd',
      'argv',
      'env',
      'config',
      'text',
      'etcds',
      'embed',
      'embeds',
      'api',
      'pid',
      'apis',
      'file',
      'files',
      'at',
      'x',
    ]
    const records = fc.array(fc.tuple(fc.constantFrom(...names), fc.string()))
    fc.assert(
      fc.property(records, (list) => {
        try {
          decodeCollectorOutput(envelopeOf(list.map(([name, value]) => record(name, value))))
        } catch (error) {
          if (!(error instanceof EvidenceError)) throw error
        }
      }),
    )
  })
})
