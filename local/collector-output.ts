import { createHash } from 'node:crypto'
import { gzipSync } from 'node:zlib'
import type { Evidence, ProcessEvidence } from '../shared/evidence/evidence.ts'

const MAGIC = 'FLEET-SCANNER-EVIDENCE'
const LINE_LENGTH = 76

/**
 * Evidence as the collector would have printed it on that node: its envelope, and readable text behind it.
 * What the collector cannot say (a part that is null as a whole) is left out.
 */
export const collectorOutput = (evidence: Evidence): string => {
  const payload = Buffer.concat(recordsOf(evidence))
  const hash = createHash('sha256').update(payload).digest('hex')
  const data = gzipSync(payload, { level: 9 })
    .toString('base64')
    .replace(new RegExp(`.{${LINE_LENGTH}}`, 'g'), '$&\n')
  const text = [
    `--- ps -efww | grep etcd\n${evidence.psOutput ?? ''}`,
    ...(evidence.manifests ?? []).map(({ path, content }) => `--- ${path}\n${content ?? ''}`),
  ]
  return `${MAGIC} 1 gzip+base64 ${payload.length} sha256 ${hash}\n${data}\n${MAGIC} end\n\n${text.join('\n')}\n`
}

type Part = NonNullable<Evidence['truncatedParts']>[number]

const recordsOf = (evidence: Evidence): Buffer[] => {
  const { processes, embeddedEtcds, apiservers, manifests } = evidence
  const cut = (part: Part): boolean => evidence.truncatedParts?.includes(part) ?? false
  return [
    record('at', evidence.collectedAt),
    record('instance', evidence.instanceId),
    record('addresses', evidence.hostAddresses?.join('\0')),
    record('view', evidence.view),
    ...(processes ?? []).flatMap((process) => [
      record('etcd', process.pid ?? 0),
      record('uid', process.uid),
      record('exe', process.exe),
      record('argv', entries(process.argv), process.truncated),
      record('env', entries(process.environ), process.truncated),
      ...configFile(process.configFile),
    ]),
    record('etcds', processes?.length, cut('processes')),
    ...(embeddedEtcds ?? []).flatMap((embedded) => [
      record('embed', embedded.name ?? 'another program'),
      record('pid', embedded.pid),
      ...configFile(embedded.configFile),
    ]),
    record('embeds', embeddedEtcds?.length, cut('embeddedEtcds')),
    ...(apiservers ?? []).flatMap((apiserver) => [
      record('api', apiserver.name ?? 'kube-apiserver'),
      record('pid', apiserver.pid),
      record('servers', entries(apiserver.etcdServers), apiserver.truncated),
    ]),
    record('apis', apiservers?.length, cut('apiservers')),
    ...(manifests ?? []).flatMap((manifest) => [
      record('file', manifest.path),
      record('mode', manifest.mode),
      record('owner', manifest.owner),
      record('text', manifest.content, manifest.truncated),
    ]),
    record('files', manifests?.length, cut('manifests')),
    record('ps', evidence.psOutput, cut('psOutput')),
  ]
}

const configFile = (file: ProcessEvidence['configFile']): Buffer[] =>
  file ? [record('config', file.path), record('text', file.content, file.truncated)] : []

/** Each entry ends with NUL, as under /proc. */
const entries = (list: string[] | null | undefined): string | undefined =>
  list?.map((entry) => `${entry}\0`).join('')

/** `NAME length`, the bytes, a line end each; nothing where there is no value. `!` says that it was cut. */
const record = (name: string, value: string | number | null | undefined, cut = false): Buffer => {
  if (value === undefined || value === null) return Buffer.alloc(0)
  const bytes = Buffer.from(String(value))
  return Buffer.concat([Buffer.from(`${name}${cut ? '!' : ''} ${bytes.length}\n`), bytes, Buffer.from('\n')])
}
