import { gzipSync } from 'node:zlib'
import { collectorOutput } from '../../local/collector-output.ts'
import type { Evidence } from '../../shared/evidence/evidence.ts'
import { ETCD_RECORDS, envelopeOf, record } from '../evidence/envelope-of.ts'
import { PAYLOADS } from './payloads.ts'
import { bomb, DEEP, FLOODS, TEXTS } from './texts.ts'

/** Something hostile: text that an instance printed, or that a user has judged with `evaluate`. */
export type Hostile = {
  name: string
  text: () => string
  /** It is a sound PASS: the hostile part decides nothing. */
  mayPass?: true
  cluster?: string
}

const evidence = (parts: Partial<Evidence>): Evidence => ({
  ...{ schemaVersion: 1, view: 'full', apiservers: [], manifests: [], processes: [], hostAddresses: [] },
  ...parts,
})

/** The payload wherever a node can put it, on a host that fails. */
const everywhere = (payload: string): string =>
  collectorOutput(
    evidence({
      instanceId: payload,
      processes: [
        {
          ...{ pid: 1, exe: `/${payload}/etcd`, argv: ['etcd', `--name=${payload}`, '--auto-tls=true'] },
          environ: [`ETCD_DATA_DIR=${payload}`, payload],
        },
      ],
      apiservers: [{ pid: 2, name: payload, etcdServers: [payload, `https://${payload}:2379`] }],
      manifests: [
        {
          path: `/etc/kubernetes/manifests/${payload}.yaml`,
          mode: payload,
          owner: payload,
          content: payload,
        },
      ],
      hostAddresses: [payload],
      psOutput: `root 1 1 0 10:00 ? 00:00:01 etcd ${payload}\n`,
    }),
  )

/** The payload where an error quotes it. */
const quoted = (payload: string): string =>
  collectorOutput(
    evidence({
      processes: [
        { pid: 1, argv: ['etcd', `--auto-tls=${payload}`], environ: [] },
        { pid: 2, argv: ['etcd', `--${payload}`], environ: [] },
        { pid: 3, argv: ['etcd', payload], environ: [`ETCD_AUTO_TLS=${payload}`] },
        {
          ...{ pid: 4, argv: ['etcd', `--config-file=${payload}`], environ: [] },
          configFile: { path: payload, content: `${payload}: { ${payload}\n  - &a *b` },
        },
      ],
    }),
  )

const process = (argv: string[], environ: string[] = []) => ({ pid: 1, argv, environ })
const withProcess = (argv: string[], environ?: string[]) =>
  collectorOutput(evidence({ processes: [process(argv, environ)] }))
const withConfig = (content: string) =>
  collectorOutput(
    evidence({
      processes: [{ ...process(['etcd', '--config-file=/e.yml']), configFile: { path: '/e.yml', content } }],
    }),
  )
const withManifest = (content: string) =>
  collectorOutput(evidence({ manifests: [{ path: '/etc/kubernetes/manifests/etcd.yaml', content }] }))

const honest = (autoTls: boolean) => withProcess(['etcd', `--auto-tls=${autoTls}`])
const header = (length: number) => `FLEET-SCANNER-EVIDENCE 1 gzip+base64 ${length} sha256 ${'0'.repeat(64)}\n`
const zipped = (bytes: Buffer, length: number) =>
  `${header(length)}${bytes.toString('base64')}\nFLEET-SCANNER-EVIDENCE end\n`

const MANY = 90_000

const SPECIAL: Hostile[] = [
  { name: 'a zip bomb', text: () => zipped(gzipSync(Buffer.alloc(64 << 20)), 100) },
  { name: 'a zip bomb as long as is allowed', text: () => zipped(gzipSync(Buffer.alloc(64 << 20)), 4 << 20) },
  { name: 'a zip in a zip', text: () => zipped(gzipSync(gzipSync(Buffer.alloc(1 << 20))), 1 << 20) },
  { name: 'an envelope that claims a gigabyte', text: () => zipped(gzipSync('x'), 999_999_999) },
  {
    name: 'an envelope in an envelope',
    text: () => envelopeOf([...ETCD_RECORDS, record('ps', honest(false))]),
  },
  { name: 'a second envelope that says the opposite', text: () => honest(true) + honest(false) },
  {
    name: 'an end inside the data',
    text: () => honest(true).replace(/\n(?=FLEET)/, '\nFLEET-SCANNER-EVIDENCE end\n'),
  },
  {
    name: 'a record of a name that objects have',
    text: () => envelopeOf([...ETCD_RECORDS, record('constructor', 'x')]),
  },
  { name: 'a record longer than the envelope', text: () => envelopeOf([Buffer.from('argv 999999999\nx\n')]) },
  {
    name: 'a number of processes that are not there',
    text: () => envelopeOf([record('etcds', '999999999')]),
  },
  {
    name: 'bytes that are no UTF-8',
    text: () =>
      envelopeOf([
        record('view', 'full'),
        record('etcd', '812'),
        record('argv', Buffer.from('6574636400ff1b5b33316dfe80c0ed00', 'hex')),
        record('env', ''),
        record('etcds', '1'),
      ]),
  },
  {
    name: 'another instance than the one that was asked',
    text: () =>
      collectorOutput(
        evidence({ instanceId: 'i-other', processes: [process(['etcd', '--auto-tls=false'])] }),
      ),
    mayPass: true,
  },
  {
    name: 'as many etcds as fit',
    text: () =>
      collectorOutput(
        evidence({ processes: Array.from({ length: 25_000 }, () => process(['etcd', '--auto-tls'])) }),
      ),
  },
  {
    name: 'as long a process list as fits, in an envelope',
    text: () =>
      collectorOutput({
        schemaVersion: 1,
        psOutput: 'root 1 1 0 10:00 ? 00:00:01 etcd --auto-tls\n'.repeat(40_000),
      }),
  },
  {
    name: '500 etcds',
    text: () =>
      collectorOutput(
        evidence({
          processes: Array.from({ length: 500 }, (_, pid) => ({ ...process(['etcd', '--auto-tls']), pid })),
        }),
      ),
  },
  {
    name: 'as many arguments as fit',
    text: () => withProcess(['etcd', '--auto-tls', ...Array(MANY).fill('--name=x')]),
  },
  {
    name: 'as many variables as fit',
    text: () => withProcess(['etcd', '--auto-tls'], Array(MANY).fill('ETCD_NAME=x')),
  },
  { name: 'a flag of a megabyte', text: () => withProcess(['etcd', `--${'x'.repeat(1 << 20)}`]) },
  { name: 'an alias bomb as the config file', text: () => withConfig(bomb) },
  { name: 'a manifest of aliases', text: () => withManifest(`kind: Pod\n${bomb}`) },
  { name: 'a config file nested deeply', text: () => withConfig(DEEP.yaml) },
  { name: 'as large a manifest as is read', text: () => withManifest('a: b\n'.repeat(26_000)) },
  { name: 'a manifest nested deeply', text: () => withManifest(DEEP.yaml) },
  { name: 'a manifest of lists in lists', text: () => withManifest(DEEP.lists) },
  { name: 'a manifest of JSON nested deeply', text: () => withManifest(DEEP.json) },
  { name: 'a manifest of 90,000 documents', text: () => withManifest('---\nkind: Pod\n'.repeat(MANY)) },
  {
    name: 'tags of other languages in YAML',
    text: () => withConfig('a: !!js/function "x"\nb: !!python/object/apply:os.system [id]\n'),
  },
  {
    name: 'a prototype in a config file',
    text: () =>
      withConfig(
        '__proto__: { client-transport-security: { auto-tls: false } }\nclient-transport-security: { auto-tls: true }\n',
      ),
  },
  {
    name: 'a prototype in a manifest',
    text: () =>
      withManifest(
        '{"kind":"Pod","__proto__":{"spec":{}},"constructor":{"prototype":{"polluted":1}},"spec":{"containers":[{"name":"etcd","command":["etcd","--auto-tls"]}]}}',
      ),
  },
  {
    name: 'a cluster with a long and coloured name',
    text: () => honest(true),
    cluster: `\x1b[31m<b>${'c'.repeat(100_000)}`,
  },
]

/** Every hostile case: at least 50. */
export const HOSTILE: Hostile[] = [
  ...Object.entries(PAYLOADS).flatMap(([name, payload]) => [
    { name: `${name}, everywhere`, text: () => everywhere(payload), cluster: payload },
    { name: `${name}, in errors`, text: () => quoted(payload) },
    { name: `${name}, instead of evidence`, text: () => payload },
  ]),
  ...SPECIAL,
  ...Object.entries(FLOODS).map(([name, text]) => ({ name, text })),
  ...Object.entries(TEXTS).map(([name, text]) => ({ name, text })),
]
