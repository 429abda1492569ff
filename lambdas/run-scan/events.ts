import * as z from 'zod'

const scanId = z.string().regex(/^[\w.:-]{1,64}$/)

/** An instance by its id, or by `account/region/id` where the id alone could be one of several. */
const instance = z.string().regex(/^([\w-]{1,40}\/[\w-]{1,40}\/)?[\w-]{1,64}$/)

/** The instances that a scan may be restricted to. */
export const instancesWanted = z.array(instance).min(1).max(100)

/** What starts a scan. Without any field it is a manual scan of the whole fleet at this moment. */
export const scanEvent = z.strictObject({
  /** Names the scan; a second start under a name that has ended does nothing. */
  scanId: scanId.optional(),
  /** When the schedule meant the scan to start: ISO 8601. The scan is then named after it. */
  scheduledTime: z.iso.datetime({ offset: true }).optional(),
  /** Scans these instances alone, and leaves everything else as it is. */
  only: instancesWanted.optional(),
  /** Says what would be sent to whom, and does nothing of it. */
  dryRun: z.boolean().optional(),
  /** A dry run that also looks for control planes which no selector matches. */
  check: z.boolean().optional(),
})

/** Stops the open scan of this id. */
export const cancelEvent = z.strictObject({ cancel: scanId })

/** Sends a message to a route, to see whether it arrives. */
export const notifyEvent = z.strictObject({ notifyTest: z.string().regex(/^[\w-]{1,64}$/) })

/** One target of a large fleet: a scan sends this to itself. */
export const targetEvent = z.strictObject({
  scan: z.strictObject({
    scanId,
    trigger: z.enum(['schedule', 'manual']),
    openedAt: z.iso.datetime(),
    deadlineAt: z.iso.datetime(),
    only: z.array(instance).exactOptional(),
  }),
  /** `account/region`, as the configuration names it. */
  target: z.string().regex(/^\d{12}\/[a-z0-9-]+$/),
  /** Of an account that an organizational unit brought: the entry of `targets` that names the unit, from 0. */
  entry: z.int().min(0).exactOptional(),
})

export type ScanEvent = z.infer<typeof scanEvent>
export type CancelEvent = z.infer<typeof cancelEvent>
export type NotifyEvent = z.infer<typeof notifyEvent>
export type TargetEvent = z.infer<typeof targetEvent>
export type RunScanEvent = ScanEvent | CancelEvent | NotifyEvent | TargetEvent

/** Reads what run-scan was invoked with; `undefined` is an empty event. Throws ZodError. */
export const readEvent = (event: unknown): RunScanEvent => {
  const isOne = (key: string) => typeof event === 'object' && event !== null && key in event
  if (isOne('cancel')) return cancelEvent.parse(event)
  if (isOne('notifyTest')) return notifyEvent.parse(event)
  if (isOne('target')) return targetEvent.parse(event)
  return scanEvent.parse(event ?? {})
}
