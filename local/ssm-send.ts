import * as z from 'zod'
import { AwsError } from './aws-error.ts'
import type { Caller } from './caller.ts'
import type { Fleet, FleetInstance } from './fleet.ts'
import type { Command, CommandLog } from './ssm-commands.ts'
import type { RegisteredDocument } from './ssm-documents.ts'
import { managedInstances } from './ssm-instances.ts'
import { hasTag } from './tag-filter.ts'

/** Systems Manager's limits of one call. */
const MOST_INSTANCES = 50
const instanceId = z.string().regex(/^(i-([0-9a-z]{8}|[0-9a-z]{17})|mi-[0-9a-z]{17})$/)
const countOrPercent = z.string().regex(/^(\d+|\d+%)$/)

export const sendCommandRequest = z.strictObject({
  DocumentName: z.string(),
  DocumentVersion: z.enum(['1', '$DEFAULT', '$LATEST']).optional(),
  DocumentHash: z.string().optional(),
  DocumentHashType: z.literal('Sha256').optional(),
  InstanceIds: z.array(instanceId).max(MOST_INSTANCES).default([]),
  Targets: z
    .array(z.strictObject({ Key: z.string(), Values: z.array(z.string()).max(MOST_INSTANCES) }))
    .max(5)
    .default([]),
  Comment: z.string().max(100).default(''),
  TimeoutSeconds: z.number().int().min(30).max(2_592_000).default(3600),
  MaxConcurrency: countOrPercent.optional(),
  MaxErrors: countOrPercent.optional(),
  Parameters: z.record(z.string(), z.array(z.string())).default({}),
})

/** Checks a SendCommand as Systems Manager does, and sends it to the instances that it names. */
export const sendCommand = (
  request: z.infer<typeof sendCommandRequest>,
  caller: Caller,
  fleet: Fleet,
  document: RegisteredDocument,
  commands: CommandLog,
): Command => {
  if (request.DocumentHash !== undefined && request.DocumentHash !== document.hash)
    throw new AwsError('InvalidDocument', `The hash of document ${document.name} is another.`)
  const [unknown] = Object.keys(request.Parameters)
  if (unknown !== undefined)
    throw new AwsError('InvalidParameters', `Parameter ${unknown} is not in document ${document.name}.`)
  const known = managedInstances(fleet, caller)
  const instances =
    request.InstanceIds.length > 0
      ? byId(request.InstanceIds, known, caller)
      : byTarget(request.Targets, known)
  return commands.send({
    caller,
    instances,
    document,
    comment: request.Comment,
    timeoutSeconds: request.TimeoutSeconds,
    instanceIds: request.InstanceIds,
    targets: request.Targets,
  })
}

/** One unknown instance rejects them all. */
const byId = (ids: string[], known: FleetInstance[], caller: Caller): FleetInstance[] => {
  const unknown = ids.filter((id) => !known.some((instance) => instance.id === id))
  if (unknown.length > 0)
    throw new AwsError(
      'InvalidInstanceId',
      `Instances [[${unknown.join(', ')}]] not in a valid state for account ${caller.account}`,
    )
  return known.filter((instance) => ids.includes(instance.id))
}

/** Unknown instances are passed over: there is no invocation for them. */
const byTarget = (targets: { Key: string; Values: string[] }[], known: FleetInstance[]): FleetInstance[] => {
  if (targets.length === 0)
    throw new AwsError('ValidationException', 'neither InstanceIds nor Targets is given')
  return known.filter((instance) => targets.every(({ Key, Values }) => isTargeted(instance, Key, Values)))
}

const isTargeted = (instance: FleetInstance, key: string, values: string[]): boolean => {
  if (key === 'InstanceIds') return values.includes(instance.id)
  if (key.startsWith('tag:')) return hasTag(instance.tags, key, values)
  throw new AwsError('InvalidTarget', `the target key ${key} is not known here`)
}
