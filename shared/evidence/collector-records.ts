import type {
  ApiserverEvidence,
  EmbeddedEvidence,
  Evidence,
  ManifestEvidence,
  ProcessEvidence,
} from './evidence.ts'
import { EVIDENCE_SCHEMA_VERSION, evidenceSchema } from './evidence.ts'
import { EvidenceError } from './evidence-error.ts'

/** One record of the collector: `NAME[!] LENGTH`, a line end, the bytes, a line end; `!` says that they were cut. */
type CollectorRecord = { name: string; cut: boolean; text: string }

type Part = NonNullable<Evidence['truncatedParts']>[number]
type Gathered = {
  evidence: Evidence
  processes: ProcessEvidence[]
  embedded: EmbeddedEvidence[]
  apiservers: ApiserverEvidence[]
  manifests: ManifestEvidence[]
  /** What the next records describe. */
  process?: ProcessEvidence
  apiserver?: ApiserverEvidence
  /** An API server or an embedded etcd. */
  hosted?: { pid?: number | undefined }
  /** An etcd that has a process, or none of its own. */
  configured?: { configFile?: EmbeddedEvidence['configFile'] | null | undefined }
  /** A config file or a manifest. */
  file?: { content: string | null; truncated?: boolean | undefined }
  manifest?: ManifestEvidence
}

const NEWLINE = 0x0a
const utf8 = new TextDecoder('utf-8', { ignoreBOM: true })

/**
 * The evidence that the payload of an envelope holds.
 *
 * @throws EvidenceError ENVELOPE_CORRUPT where it is no list of the collector's records, EVIDENCE_INVALID where they
 *   make no valid evidence
 */
export const evidenceOf = (payload: Uint8Array): Evidence => {
  const gathered: Gathered = {
    evidence: { schemaVersion: EVIDENCE_SCHEMA_VERSION },
    processes: [],
    embedded: [],
    apiservers: [],
    manifests: [],
  }
  for (const record of recordsOf(payload)) {
    const read = Object.hasOwn(READERS, record.name) ? READERS[record.name] : undefined
    if (!read) throw corrupt(`unknown record ${JSON.stringify(record.name)}`)
    read(gathered, record)
  }
  const parsed = evidenceSchema.safeParse(gathered.evidence)
  if (!parsed.success)
    throw new EvidenceError('EVIDENCE_INVALID', 'the envelope holds no valid evidence', {
      cause: parsed.error,
    })
  return parsed.data
}

function* recordsOf(payload: Uint8Array): Generator<CollectorRecord> {
  for (let at = 0; at < payload.length; ) {
    const lineEnd = payload.indexOf(NEWLINE, at)
    const head = /^([a-z]+)(!?) (\d{1,9})$/.exec(
      lineEnd < 0 ? '' : utf8.decode(payload.subarray(at, lineEnd)),
    )
    if (!head) throw corrupt(`no record begins at byte ${at}`)
    const [, name = '', mark, length] = head
    const end = lineEnd + 1 + Number(length)
    if (payload[end] !== NEWLINE) throw corrupt(`the record at byte ${at} does not end where it says`)
    yield { name, cut: mark === '!', text: utf8.decode(payload.subarray(lineEnd + 1, end)) }
    at = end + 1
  }
}

type Reader = (gathered: Gathered, record: CollectorRecord) => void

const READERS: Record<string, Reader> = {
  at: ({ evidence }, { text }) => {
    evidence.collectedAt = text
  },
  instance: ({ evidence }, { text }) => {
    evidence.instanceId = text
  },
  addresses: ({ evidence }, { text }) => {
    evidence.hostAddresses = [...new Set(entriesOf(text).map(usualAddress))]
  },
  view: ({ evidence }, { text }) => {
    evidence.view = text === 'full' ? 'full' : 'partial'
  },
  ps: ({ evidence }, record) => {
    evidence.psOutput = record.text
    note(evidence, record, 'psOutput')
  },

  etcd: (gathered, { text }) => {
    gathered.process = { pid: Number(text), argv: null, environ: null }
    gathered.configured = gathered.process
    gathered.processes.push(gathered.process)
  },
  uid: (gathered, { text }) => {
    processOf(gathered).uid = Number(text)
  },
  exe: (gathered, { text }) => {
    processOf(gathered).exe = text
  },
  argv: (gathered, record) => {
    const process = processOf(gathered)
    process.argv = entriesOf(record.text)
    if (record.cut) process.truncated = true
  },
  env: (gathered, record) => {
    const process = processOf(gathered)
    process.environ = entriesOf(record.text)
    if (record.cut) process.truncated = true
  },
  config: (gathered, { text }) => {
    const configFile = { path: text, content: null }
    gathered.file = configFile
    started(gathered.configured).configFile = configFile
  },
  etcds: ({ evidence, processes }, record) => {
    evidence.processes = counted(processes, record)
    note(evidence, record, 'processes')
  },

  embed: (gathered, { text }) => {
    const embedded: EmbeddedEvidence = { name: text, configFile: { path: '', content: null } }
    gathered.hosted = embedded
    gathered.configured = embedded
    gathered.embedded.push(embedded)
  },
  embeds: ({ evidence, embedded }, record) => {
    evidence.embeddedEtcds = counted(embedded, record)
    note(evidence, record, 'embeddedEtcds')
  },

  api: (gathered, { text }) => {
    gathered.apiserver = { name: text, etcdServers: null }
    gathered.hosted = gathered.apiserver
    gathered.apiservers.push(gathered.apiserver)
  },
  pid: (gathered, { text }) => {
    started(gathered.hosted).pid = Number(text)
  },
  servers: (gathered, record) => {
    const apiserver = apiserverOf(gathered)
    // A flag that stands twice adds to the list, and so does a comma.
    apiserver.etcdServers = entriesOf(record.text).flatMap((entry) => entry.split(','))
    if (record.cut) apiserver.truncated = true
  },
  apis: ({ evidence, apiservers }, record) => {
    evidence.apiservers = counted(apiservers, record)
    note(evidence, record, 'apiservers')
  },

  file: (gathered, { text }) => {
    gathered.manifest = { path: text, content: null }
    gathered.file = gathered.manifest
    gathered.manifests.push(gathered.manifest)
  },
  mode: (gathered, { text }) => {
    manifestOf(gathered).mode = text
  },
  owner: (gathered, { text }) => {
    manifestOf(gathered).owner = text
  },
  text: (gathered, record) => {
    const file = started(gathered.file)
    file.content = record.text
    if (record.cut) file.truncated = true
  },
  files: ({ evidence, manifests }, record) => {
    evidence.manifests = counted(manifests, record)
    note(evidence, record, 'manifests')
  },
}

const processOf = (gathered: Gathered): ProcessEvidence => started(gathered.process)
const apiserverOf = (gathered: Gathered): ApiserverEvidence => started(gathered.apiserver)
const manifestOf = (gathered: Gathered): ManifestEvidence => started(gathered.manifest)

const started = <T>(item: T | undefined): T => {
  if (item === undefined) throw corrupt('a record describes nothing')
  return item
}

/** Each entry ends with NUL; the last one may lack it. */
const entriesOf = (text: string): string[] => {
  const entries = text.split('\0')
  if (entries.at(-1) === '') entries.pop()
  return entries
}

/** The collector stops at a tenth of this; each costs the judge much more than its bytes. */
const MOST_ITEMS = 500

const counted = <T>(items: T[], record: CollectorRecord): T[] => {
  if (items.length > MOST_ITEMS) throw corrupt(`${record.name}: more than ${MOST_ITEMS}`)
  if (Number(record.text) !== items.length) throw corrupt(`${record.name}: ${record.text} are announced`)
  return items
}

const note = (evidence: Evidence, record: CollectorRecord, part: Part): void => {
  if (record.cut) evidence.truncatedParts = [...(evidence.truncatedParts ?? []), part]
}

/** IPv6 in its usual short form: the kernel's own tables write it out. */
const usualAddress = (address: string): string =>
  address.includes(':') && URL.canParse(`http://[${address}]`)
    ? new URL(`http://[${address}]`).hostname.slice(1, -1)
    : address

const corrupt = (message: string): EvidenceError =>
  new EvidenceError('ENVELOPE_CORRUPT', `the records of the envelope cannot be read: ${message}`)
