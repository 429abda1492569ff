import * as z from 'zod'

/** The form of bundles: keys may be added under it. */
export const BUNDLE_VERSION = 1
export const BUNDLE_KIND = 'fleet-scanner/evidence'

const item = z.looseObject({ pk: z.string(), sk: z.string() })
const name = z.looseObject({
  ...{ number: z.int().positive(), hash: z.string(), scanId: z.string(), sealedAt: z.string() },
})

/** The first line of a bundle. */
export const headerSchema = z.looseObject({
  record: z.literal('bundle'),
  kind: z.literal(BUNDLE_KIND),
  schemaVersion: z.literal(BUNDLE_VERSION),
  /** What is gone must have expired by then. */
  exportedAt: z.iso.datetime(),
  versions: z.looseObject({ fleetScanner: z.string(), engine: z.string() }),
  /** The newest seal: null where there is none. */
  head: name.nullable(),
  historyDays: z.int().positive(),
  /** What of the chain is here; without either: all. */
  scope: z.looseObject({
    seals: z.object({ from: z.int(), to: z.int() }).exactOptional(),
    instances: z.array(z.string()).exactOptional(),
  }),
})
export type BundleHeader = z.infer<typeof headerSchema>

/** The lines after it. Items stand as in the table, evidence as the text that its hash is of. */
export const lineSchema = z.discriminatedUnion('record', [
  z.looseObject({
    record: z.literal('seal'),
    ...{ number: z.int(), hash: z.string(), scanId: z.string(), openedAt: z.string(), sealedAt: z.string() },
    manifest: z.unknown(),
  }),
  z.looseObject({ record: z.literal('part'), hash: z.string(), leaves: z.unknown() }),
  z.looseObject({
    record: z.enum(['scan', 'result', 'transition', 'restatement', 'rule', 'node']),
    item,
  }),
  z.looseObject({ record: z.literal('evidence'), item, text: z.string().exactOptional() }),
  z.looseObject({ record: z.literal('waiver'), key: item, item: z.record(z.string(), z.unknown()) }),
  z.looseObject({ record: z.literal('finding'), finding: z.looseObject({ instanceId: z.string() }) }),
  z.looseObject({ record: z.literal('end') }),
])
export type BundleLine = z.infer<typeof lineSchema>

/** A file that is no bundle, or not the whole of one: in words, with what to do. */
export class BundleError extends Error {
  override readonly name = 'BundleError'
}
