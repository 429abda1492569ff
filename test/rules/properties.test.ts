import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Evidence, evidenceSchema } from '../../shared/evidence/evidence.ts'
import { judge } from '../../shared/rules/judge.ts'
import { loadRules } from '../../shared/rules/load.ts'

const rules = loadRules()
const statusOf = (evidence: Evidence): string => judge(evidence, rules)[0]?.status ?? ''

const flags = fc.constantFrom(
  '--auto-tls',
  '--auto-tls=true',
  '--auto-tls=false',
  '-auto-tls=1',
  '--auto-tls=yes',
  '--cert-file=/a',
  '--key-file=/b',
  '--config-file=/c.yml',
  '--listen-client-urls=https://a:1',
  '--advertise-client-urls=https://a:1',
  '--nope',
  '--name',
  'x',
  '',
)
const variables = fc.constantFrom(
  'ETCD_AUTO_TLS=true',
  'ETCD_AUTO_TLS=false',
  'ETCD_AUTO_TLS=',
  'ETCD_CONFIG_FILE=/c.yml',
  'ETCD_CERT_FILE=/a',
  'ETCD_KEY_FILE=/b',
  'ETCD_NAME=x',
)
const configFile = fc.constantFrom(
  'client-transport-security: {auto-tls: true}',
  'client-transport-security: {auto-tls: false}',
  'auto-tls: true',
  '',
  'x: [',
  'client-transport-security: {cert-file: a, key-file: b}',
)
const process = fc.record({
  pid: fc.integer({ min: 1, max: 99 }),
  argv: fc.array(flags, { maxLength: 4 }).map((args) => ['etcd', ...args]),
  environ: fc.array(variables, { maxLength: 3 }),
  configFile: configFile.map((content) => ({ path: '/c.yml', content })),
})
const manifest = fc.record({
  path: fc.constantFrom('/m/etcd.yaml', '/m/etcd.bak'),
  content: fc
    .array(flags, { maxLength: 4 })
    .map((args) =>
      JSON.stringify({ kind: 'Pod', spec: { containers: [{ name: 'etcd', command: ['etcd', ...args] }] } }),
    ),
})
const evidence: fc.Arbitrary<Evidence> = fc.record({
  schemaVersion: fc.constant(1 as const),
  view: fc.constantFrom('full' as const, 'partial' as const),
  processes: fc.array(process, { maxLength: 2 }),
  manifests: fc.array(manifest, { maxLength: 2 }),
  apiservers: fc.constantFrom([], [{ etcdServers: ['https://10.0.9.1:2379'] }], [{ etcdServers: null }]),
  hostAddresses: fc.constant(['10.0.1.5']),
  psOutput: fc.constantFrom('', 'root 7 1 0 10:00 ? 00:00:01 etcd --auto-tls'),
})

/** Every evidence that lost one part: null, cut, or seen only partially. */
const weakened = (whole: Evidence): Evidence[] => {
  const parts = ['processes', 'manifests', 'apiservers', 'hostAddresses', 'psOutput'] as const
  const all: Evidence[] = parts.map((part) => ({ ...whole, [part]: null }))
  all.push({ ...whole, view: 'partial' })
  for (const part of ['processes', 'apiservers', 'psOutput', 'manifests'] as const)
    all.push({ ...whole, truncatedParts: [part] })
  whole.processes?.forEach((one, i) => {
    const changed = (change: object): Evidence => ({
      ...whole,
      processes: whole.processes?.with(i, { ...one, ...change }),
    })
    all.push(
      changed({ argv: null }),
      changed({ environ: null }),
      changed({ configFile: null }),
      changed({ exe: null }),
      changed({ truncated: true }),
    )
    if (one.configFile)
      all.push(
        changed({ configFile: { ...one.configFile, content: null } }),
        changed({ configFile: { ...one.configFile, truncated: true } }),
      )
  })
  whole.manifests?.forEach((one, i) => {
    all.push({ ...whole, manifests: whole.manifests?.with(i, { ...one, content: null }) })
    all.push({ ...whole, manifests: whole.manifests?.with(i, { ...one, truncated: true }) })
  })
  return all
}

describe('whatever a host shows', () => {
  it('losing a part of the evidence never turns FAIL or ERROR into PASS', () => {
    fc.assert(
      fc.property(evidence, (whole) => {
        if (statusOf(whole) === 'PASS') return
        for (const less of weakened(whole)) expect(statusOf(less), JSON.stringify(less)).not.toBe('PASS')
      }),
      { numRuns: 2_000 },
    )
  })
  it('judging the stored evidence again gives the same verdict', () => {
    fc.assert(
      fc.property(evidence, (whole) => {
        const stored = evidenceSchema.parse(JSON.parse(JSON.stringify(whole)))
        expect(judge(stored, rules)).toEqual(judge(whole, rules))
      }),
    )
  })
  it('any text is judged without a crash', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => {
        expect(statusOf({ schemaVersion: 1, psOutput: text })).not.toBe('')
        expect(statusOf({ schemaVersion: 1, manifests: [{ path: 'm', content: text }] })).not.toBe('')
      }),
    )
  })
})
