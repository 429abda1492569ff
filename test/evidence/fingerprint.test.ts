import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { collectorHash, collectorScript } from '../../shared/evidence/collector.ts'
import type { Evidence } from '../../shared/evidence/evidence.ts'
import { fingerprint } from '../../shared/evidence/fingerprint.ts'

const configFile = { path: '/c', content: 'a: b' }
const whole: Evidence = {
  schemaVersion: 1,
  instanceId: 'i-1',
  collectedAt: '2026-01-31T12:00:00Z',
  view: 'full',
  processes: [
    { pid: 1, argv: ['etcd'], environ: [] },
    { pid: 2, argv: ['etcd', '--auto-tls'], environ: [] },
  ],
  apiservers: [
    { pid: 3, name: 'kube-apiserver', etcdServers: ['https://10.0.0.1:2379'] },
    { pid: 4, name: 'k3s', etcdServers: null },
  ],
  embeddedEtcds: [
    { pid: 4, name: 'k3s', configFile },
    { pid: 5, name: 'other', configFile },
  ],
  hostAddresses: ['10.0.0.1', '10.0.0.2'],
  psOutput: 'root 1 etcd',
  manifests: [
    { path: '/m/a', content: 'a' },
    { path: '/m/b', content: null },
  ],
  truncatedParts: ['processes', 'psOutput'],
}
const of = (change: Partial<Evidence>): string => fingerprint({ ...whole, ...change })
const reversed = <T>(list: T[] | null | undefined): T[] => (list ?? []).toReversed()
const renumbered = <T extends { pid?: number | undefined }>(list: T[] | null | undefined): T[] =>
  (list ?? []).map((one) => ({ ...one, pid: (one.pid ?? 0) + 100 }))

describe('the fingerprint of a node stays', () => {
  it.each<[string, Partial<Evidence>]>([
    ['at another time', { collectedAt: '2026-02-01T12:00:00Z' }],
    [
      'after restarts',
      {
        processes: renumbered(whole.processes),
        apiservers: renumbered(whole.apiservers),
        embeddedEtcds: renumbered(whole.embeddedEtcds),
      },
    ],
    [
      'in another order',
      {
        processes: reversed(whole.processes),
        apiservers: reversed(whole.apiservers),
        embeddedEtcds: reversed(whole.embeddedEtcds),
        manifests: reversed(whole.manifests),
        truncatedParts: reversed(whole.truncatedParts),
      },
    ],
    ['with other addresses, while an etcd runs here', { hostAddresses: ['10.9.9.9'] }],
    ['with another text of ps, where processes were listed', { psOutput: 'root 7 etcd' }],
  ])('%s', (_, change) => {
    expect(of(change)).toBe(fingerprint(whole))
  })
  it('in another order of addresses, where an API server points elsewhere', () => {
    expect(of({ processes: [], hostAddresses: ['10.0.0.2', '10.0.0.1'] })).toBe(of({ processes: [] }))
  })
  it('without API servers, whatever the addresses', () => {
    expect(of({ processes: [], apiservers: [], hostAddresses: ['10.9.9.9'] })).toBe(
      of({ processes: [], apiservers: [] }),
    )
  })
})

describe('the fingerprint of a node changes', () => {
  const parts = ['processes', 'apiservers', 'embeddedEtcds', 'manifests'] as const
  it.each<[string, Partial<Evidence>]>([
    ['with the view', { view: 'partial' }],
    ['with an argument', { processes: [{ argv: ['etcd', '--auto-tls=0'], environ: [] }] }],
    [
      'with the content of a built-in config file',
      { embeddedEtcds: [{ configFile: { path: '/c', content: null } }] },
    ],
    ['with a part that was cut', { truncatedParts: ['processes'] }],
    ['with a manifest', { manifests: [{ path: '/m/a', content: 'b' }] }],
    ...parts.map((part): [string, Partial<Evidence>] => [`where ${part} are none`, { [part]: [] }]),
    ...parts.map((part): [string, Partial<Evidence>] => [
      `where ${part} could not be read`,
      { [part]: null },
    ]),
  ])('%s', (_, change) => {
    expect(of(change)).not.toBe(fingerprint(whole))
  })
  it('with the addresses, where an API server points elsewhere', () => {
    expect(of({ processes: [], hostAddresses: ['10.9.9.9'] })).not.toBe(of({ processes: [] }))
  })
  it('with the text of ps, where no processes were listed', () => {
    expect(of({ processes: null, psOutput: 'x' })).not.toBe(of({ processes: null }))
  })
  it('between what was not looked for, what could not be read, and what is empty', () => {
    const bare: Evidence = { schemaVersion: 1 }
    for (const part of parts) {
      const prints = [bare, { ...bare, [part]: null }, { ...bare, [part]: [] }].map(fingerprint)
      expect(new Set(prints).size).toBe(3)
    }
  })
})

describe('the collector', () => {
  it('is known by the SHA-256 of its script', () => {
    const script = readFileSync(new URL('../../shared/evidence/collector.sh', import.meta.url), 'utf8')
    expect(collectorScript()).toBe(script)
    expect(collectorHash()).toBe(createHash('sha256').update(script).digest('hex'))
  })
})
