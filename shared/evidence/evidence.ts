import * as z from 'zod'

/** The newest Evidence JSON that this engine reads. */
export const EVIDENCE_SCHEMA_VERSION = 1

const text = z.string()
const truncated = z.boolean().optional()

/** A file that was looked for; `content: null` says that it could not be read. */
const file = z.object({ path: text, content: text.nullable(), truncated })

/**
 * One process that may be an etcd server. `argv: null` and `environ: null` say "could not be read";
 * `environ` holds raw `NAME=value` entries in the order of the process, where a name may stand twice.
 */
export const processEvidence = z.object({
  pid: z.number().int().optional(),
  uid: z.number().int().optional(),
  exe: text.nullish(),
  argv: z.array(text).nullable(),
  environ: z.array(text).nullable().optional(),
  /** Absent: none was given. */
  configFile: file.nullish(),
  truncated,
})

/** A process that hosts a Kubernetes API server; `etcdServers: null` where its command line names none. */
const apiserverEvidence = z.object({
  pid: z.number().int().optional(),
  name: text.optional(),
  etcdServers: z.array(text).nullable(),
  truncated,
})

/** An etcd that is built into another program (k3s): it has no process of its own, only the config file that it is given. */
const embeddedEvidence = z.object({
  pid: z.number().int().optional(),
  name: text.optional(),
  configFile: file,
})

/** A static pod manifest; `mode` is octal text (`600`), `owner` is `user:group`. */
const manifestEvidence = file.extend({ mode: text.nullish(), owner: text.nullish() })

/**
 * Evidence JSON: what one look at one host showed. Public format, frozen at schemaVersion 1.
 * A part that is absent was not looked for; a part that is null could not be read; `truncated` marks a cut.
 */
export const evidenceSchema = z.object({
  schemaVersion: z.literal(EVIDENCE_SCHEMA_VERSION),
  instanceId: text.optional(),
  collectedAt: text.optional(),
  /** `full`: every process of the host was visible; `partial`: some may have been hidden. */
  view: z.enum(['full', 'partial']).optional(),
  processes: z.array(processEvidence).nullish(),
  apiservers: z.array(apiserverEvidence).nullish(),
  embeddedEtcds: z.array(embeddedEvidence).nullish(),
  hostAddresses: z.array(text).nullish(),
  psOutput: text.nullish(),
  manifests: z.array(manifestEvidence).nullish(),
  /** Parts cut at the source that have no mark of their own, by name. */
  truncatedParts: z
    .array(z.enum(['processes', 'embeddedEtcds', 'apiservers', 'psOutput', 'manifests']))
    .optional(),
  /** SHA-256 of the collector that gathered this, in hex; absent where it was made otherwise. */
  collector: text.optional(),
})

export type Evidence = z.infer<typeof evidenceSchema>
export type ProcessEvidence = z.infer<typeof processEvidence>
export type ApiserverEvidence = z.infer<typeof apiserverEvidence>
export type ManifestEvidence = z.infer<typeof manifestEvidence>
export type EmbeddedEvidence = z.infer<typeof embeddedEvidence>
