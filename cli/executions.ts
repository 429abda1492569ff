import { setTimeout as sleep } from 'node:timers/promises'
import {
  GetAliasCommand,
  GetDurableExecutionCommand,
  InvokeCommand,
  ListDurableExecutionsByFunctionCommand,
  ListVersionsByFunctionCommand,
  ResourceNotFoundException,
  StopDurableExecutionCommand,
} from '@aws-sdk/client-lambda'
import * as z from 'zod'
import type { RunScanEvent } from '../lambdas/run-scan/events.ts'
import { scanIdOf } from '../shared/scan-id.ts'
import type { Deployment } from './deployment.ts'
import { UsageError } from './exit-code.ts'

/** A durable execution of run-scan. `result` is what it returned; `error` is why it ended without. */
export type Execution = { arn: string; isRunning: boolean; status: string; result?: unknown; error?: string }

/** What an execution can be found again by: its ARN, or its name and the version that it runs on. */
export type Started = { name: string; arn?: string | undefined; version?: string | undefined }

/**
 * Starts run-scan under a name. Always asynchronously: a durable function that may run for longer than 15 minutes cannot
 * be waited for (https://docs.aws.amazon.com/lambda/latest/dg/durable-invoking.html). Repeating it is harmless.
 */
export const startExecution = async (
  { clients, outputs }: Deployment,
  name: string,
  event: RunScanEvent,
): Promise<Started> => {
  const invoke = new InvokeCommand({
    FunctionName: outputs.RunScanArn,
    InvocationType: 'Event',
    DurableExecutionName: name,
    Payload: new TextEncoder().encode(JSON.stringify(event)),
  })
  try {
    // AWS does not say whether it answers so where nobody waits for the end; what is missing is looked up.
    const { DurableExecutionArn: arn, ExecutedVersion: version } = await clients.lambda.send(invoke)
    return { name, arn, version }
  } catch (error) {
    if (error instanceof Error && error.name === 'DurableExecutionAlreadyStartedException')
      throw new UsageError(`somebody else started ${name}, with other options; try again`)
    throw error
  }
}

/** The execution that was started; undefined: it does not show yet. Keeps in `started` what it had to look up. */
export const startedExecution = async (
  deployment: Deployment,
  started: Started,
): Promise<Execution | undefined> => {
  if (started.arn === undefined) {
    started.version ??= await versionOfAlias(deployment)
    ;[started.arn] = await list(deployment, started.version, { DurableExecutionName: started.name })
  }
  if (started.arn === undefined) return undefined
  try {
    return await get(deployment, started.arn)
  } catch (error) {
    if (error instanceof ResourceNotFoundException) return undefined
    throw error
  }
}

/**
 * What runs of a scan: its execution, whoever started it under whatever name, and in a large fleet those of its
 * targets. Also of older versions: an upgrade may have moved the alias since it began.
 */
export const runningExecutions = async (deployment: Deployment, scanId: string): Promise<Execution[]> => {
  const found: Execution[] = []
  for (const version of await newestVersions(deployment))
    for (const arn of await list(deployment, version, { Statuses: ['RUNNING'] })) {
      const execution = await get(deployment, arn)
      if (execution.isRunning && isOfScan(execution.input, scanId)) found.push(execution)
    }
  return found
}

/** Whether any of them still runs. */
export const anyRuns = async (deployment: Deployment, executions: Execution[]): Promise<boolean> => {
  for (const { arn } of executions) if ((await get(deployment, arn)).isRunning) return true
  return false
}

/** Waits until the execution has ended. Throws FunctionFailedError where none shows for a minute. */
export const endOfExecution = async (deployment: Deployment, started: Started): Promise<Execution> => {
  for (let waitedMs = 0; ; waitedMs += LOOK_AGAIN_MS) {
    const found = await startedExecution(deployment, started)
    if (found && !found.isRunning) return found
    if (!found && waitedMs > APPEARS_WITHIN_MS) throw notBegun(started.name)
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

/** How many versions back an execution is looked for: more upgrades than can be made while a scan lasts. */
const VERSIONS = 10

/** Of the alias: its function's name, and its own. */
const aliasOf = ({ outputs }: Deployment) => {
  const [FunctionName, Name] = outputs.RunScanArn.split(':').slice(6)
  return { FunctionName, Name }
}

const versionOfAlias = async (deployment: Deployment): Promise<string | undefined> =>
  (await deployment.clients.lambda.send(new GetAliasCommand(aliasOf(deployment)))).FunctionVersion

/** Newest first; Lambda does not say in which order it lists them. */
const newestVersions = async (deployment: Deployment): Promise<string[]> => {
  const { FunctionName } = aliasOf(deployment)
  const found: number[] = []
  let Marker: string | undefined
  do {
    const page = await deployment.clients.lambda.send(
      new ListVersionsByFunctionCommand({ FunctionName, ...(Marker && { Marker }) }),
    )
    // `$LATEST` is no number, and nothing of ours runs on it.
    found.push(...(page.Versions ?? []).map(({ Version }) => Number(Version)).filter(Number.isInteger))
    Marker = page.NextMarker
  } while (Marker)
  return found
    .sort((a, b) => b - a)
    .slice(0, VERSIONS)
    .map(String)
}

/** Of one version: without any, Lambda lists those of `$LATEST` (its API reference), or of all (its SDK). */
const list = async (
  deployment: Deployment,
  Qualifier: string | undefined,
  filter: { DurableExecutionName?: string; Statuses?: ['RUNNING'] },
): Promise<string[]> => {
  const { FunctionName } = aliasOf(deployment)
  const found: string[] = []
  let Marker: string | undefined
  do {
    const page = await deployment.clients.lambda.send(
      new ListDurableExecutionsByFunctionCommand({
        ...{ FunctionName, Qualifier, ...filter },
        ...(Marker && { Marker }),
      }),
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
