import { setTimeout as sleep } from 'node:timers/promises'
import {
  GetDurableExecutionCommand,
  InvokeCommand,
  ListDurableExecutionsByFunctionCommand,
  StopDurableExecutionCommand,
} from '@aws-sdk/client-lambda'
import * as z from 'zod'
import type { RunScanEvent } from '../lambdas/run-scan/events.ts'
import { scanIdOf } from '../shared/scan-id.ts'
import type { Deployment } from './deployment.ts'
import { UsageError } from './exit-code.ts'

/** A durable execution of run-scan. `result` is what it returned; `error` is why it ended without. */
export type Execution = { arn: string; isRunning: boolean; status: string; result?: unknown; error?: string }

/**
 * Starts run-scan under a name. Always asynchronously: a durable function that may run for longer than 15 minutes cannot
 * be waited for (https://docs.aws.amazon.com/lambda/latest/dg/durable-invoking.html). Repeating it is harmless.
 */
export const startExecution = async (
  { clients, outputs }: Deployment,
  name: string,
  event: RunScanEvent,
): Promise<void> => {
  const invoke = new InvokeCommand({
    FunctionName: outputs.RunScanArn,
    InvocationType: 'Event',
    DurableExecutionName: name,
    Payload: new TextEncoder().encode(JSON.stringify(event)),
  })
  try {
    await clients.lambda.send(invoke)
  } catch (error) {
    if (error instanceof Error && error.name === 'DurableExecutionAlreadyStartedException')
      throw new UsageError(`somebody else started ${name}, with other options; try again`)
    throw error
  }
}

/** The execution of this name; undefined: there is none, or it does not show yet. */
export const executionNamed = async (
  deployment: Deployment,
  name: string,
): Promise<Execution | undefined> => {
  const [arn] = await list(deployment, { DurableExecutionName: name })
  return arn === undefined ? undefined : get(deployment, arn)
}

/**
 * What runs of a scan: its execution, whoever started it under whatever name, and in a large fleet those of its
 * targets.
 */
export const runningExecutions = async (deployment: Deployment, scanId: string): Promise<Execution[]> => {
  const found: Execution[] = []
  for (const arn of await list(deployment, { Statuses: ['RUNNING'] })) {
    const execution = await get(deployment, arn)
    if (execution.isRunning && isOfScan(execution.input, scanId)) found.push(execution)
  }
  return found
}

/** Waits until the execution has ended. Throws FunctionFailedError where none shows for a minute. */
export const endOfExecution = async (deployment: Deployment, name: string): Promise<Execution> => {
  for (let waitedMs = 0; ; waitedMs += LOOK_AGAIN_MS) {
    const found = await executionNamed(deployment, name)
    if (found && !found.isRunning) return found
    if (!found && waitedMs > APPEARS_WITHIN_MS) throw notBegun(name)
    await sleep(LOOK_AGAIN_MS)
  }
}

/** Ends it where it is; it is not told. */
export const stopExecution = async ({ clients }: Deployment, { arn }: Execution): Promise<void> => {
  await clients.lambda.send(new StopDurableExecutionCommand({ DurableExecutionArn: arn }))
}

/** The stack's function did not do what it was asked to: no fault of the caller's, nor of this program. */
export class FunctionFailedError extends Error {
  override readonly name = 'FunctionFailedError'
}

/** Lambda has taken the event and begun nothing. */
export const notBegun = (name: string): FunctionFailedError =>
  new FunctionFailedError(
    `Lambda has not begun ${name} within a minute; see whether run-scan is throttled (its alarm, its reserved concurrency)`,
  )

/** How long an execution that was started may take to show. */
export const APPEARS_WITHIN_MS = 60_000
const LOOK_AGAIN_MS = 1000

const list = async (
  { clients, outputs }: Deployment,
  filter: { DurableExecutionName?: string; Statuses?: ['RUNNING'] },
): Promise<string[]> => {
  // Of every version: an upgrade may have moved the alias since it began.
  const FunctionName = outputs.RunScanArn.split(':')[6]
  const found: string[] = []
  let Marker: string | undefined
  do {
    const page = await clients.lambda.send(
      new ListDurableExecutionsByFunctionCommand({ FunctionName, ...filter, ...(Marker && { Marker }) }),
    )
    found.push(...(page.DurableExecutions ?? []).flatMap(({ DurableExecutionArn: arn }) => arn ?? []))
    Marker = page.NextMarker
  } while (Marker)
  return found
}

const get = async ({ clients }: Deployment, arn: string): Promise<Execution & { input: unknown }> => {
  const found = await clients.lambda.send(new GetDurableExecutionCommand({ DurableExecutionArn: arn }))
  const { Status: status = 'UNKNOWN', Result, Error: error, InputPayload = 'null' } = found
  const isRunning = status === 'RUNNING'
  return {
    ...{ arn, status, isRunning, input: parsed(InputPayload) },
    ...(Result !== undefined && { result: parsed(Result) }),
    ...(!isRunning && status !== 'SUCCEEDED' && { error: error?.ErrorMessage ?? error?.ErrorType ?? status }),
  }
}

const parsed = (json: string): unknown => {
  try {
    return JSON.parse(json)
  } catch {
    return undefined
  }
}

/** What run-scan is sent for a scan, or for one target of it. */
const ofScan = z.looseObject({
  scanId: z.string().optional(),
  scheduledTime: z.iso.datetime({ offset: true }).optional(),
  scan: z.looseObject({ scanId: z.string() }).optional(),
})

const isOfScan = (input: unknown, scanId: string): boolean => {
  const { data } = ofScan.safeParse(input)
  if (data === undefined) return false
  const { scan, scheduledTime } = data
  const named = data.scanId ?? scan?.scanId
  return named === undefined
    ? scheduledTime !== undefined && scanIdOf(scheduledTime) === scanId
    : named === scanId
}
