import { randomUUID } from 'node:crypto'
import { AwsError } from './aws-error.ts'
import { HOME_ACCOUNT } from './caller.ts'
import { HOME_REGION } from './credentials.ts'

export type ExecutionStatus = 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'STOPPED'

/** One run of the durable function. `payload` and `result` are JSON. */
export type Execution = {
  arn: string
  name: string
  /** Of the function, that it runs on to its end. */
  version: string
  status: ExecutionStatus
  payload: string
  startedAt: Date
  endedAt?: Date
  result?: string
  error?: { type: string; message: string }
}

/** Runs the function on an event; from when `isStopped` says so, nothing more of it is to begin. */
export type RunFunction = (event: unknown, isStopped: () => boolean) => Promise<unknown>

/** The durable executions of the embedded account's run-scan, as Lambda keeps them. */
export type Executions = {
  /**
   * Starts one. A name that is taken is the execution that has it where the payload is the same, else refused.
   * https://docs.aws.amazon.com/lambda/latest/dg/durable-execution-idempotency.html
   */
  start(payload: string, name?: string): Execution
  /** Newest first; of all versions, unless one is named. */
  list(filter: { name?: string | undefined; version?: string; statuses: string[] }): Execution[]
  /** Throws AwsError where there is none. */
  get(arn: string): Execution
  /** Of one that has ended, nothing changes. */
  stop(arn: string): Execution
  /** The versions that were published, the newest last: the alias is of that. */
  versions(): string[]
  /** As an upgrade does: what begins from now on runs on a new version. */
  publish(): void
}

const eventOf = (payload: string): unknown => {
  try {
    return JSON.parse(payload)
  } catch {
    throw new AwsError('InvalidRequestContentException', 'the payload is not JSON')
  }
}

/** https://docs.aws.amazon.com/lambda/latest/api/API_Execution.html */
const NAME = /^[a-zA-Z0-9_-]{1,64}$/

export const durableExecutions = (
  functionName: string,
  run: RunFunction,
  now = () => new Date(),
): Executions => {
  const all: Execution[] = []
  let version = 1

  const get = (arn: string): Execution => {
    const found = all.find((each) => each.arn === arn)
    if (found) return found
    throw new AwsError('ResourceNotFoundException', `there is no durable execution ${arn}`, 404)
  }

  const end = (execution: Execution, how: Pick<Execution, 'status' | 'result' | 'error'>): void => {
    if (execution.status === 'RUNNING') Object.assign(execution, how, { endedAt: now() })
  }

  const start = (payload: string, name: string = randomUUID()): Execution => {
    if (!NAME.test(name))
      throw new AwsError('InvalidParameterValueException', `${name} is no name of a durable execution`)
    const known = all.find((each) => each.name === name)
    if (known?.payload === payload) return known
    if (known)
      throw new AwsError('DurableExecutionAlreadyStartedException', `${name} began with another payload`, 409)
    const event = eventOf(payload)
    const execution: Execution = {
      arn: `arn:aws:lambda:${HOME_REGION}:${HOME_ACCOUNT}:function:${functionName}:${version}/durable-execution/${name}/${randomUUID()}`,
      name,
      version: String(version),
      status: 'RUNNING',
      payload,
      startedAt: now(),
    }
    all.push(execution)
    run(event, () => execution.status === 'STOPPED').then(
      (result) => end(execution, { status: 'SUCCEEDED', result: JSON.stringify(result) }),
      (error: unknown) =>
        end(execution, {
          status: 'FAILED',
          error: {
            type: error instanceof Error ? error.name : 'Error',
            message: error instanceof Error ? error.message : String(error),
          },
        }),
    )
    return execution
  }

  return {
    start,
    list: ({ name, version, statuses }) =>
      all
        .filter((each) => name === undefined || each.name === name)
        .filter((each) => version === undefined || each.version === version)
        .filter(({ status }) => statuses.length === 0 || statuses.includes(status))
        .reverse(),
    get,
    stop: (arn) => {
      const execution = get(arn)
      end(execution, { status: 'STOPPED' })
      return execution
    },
    versions: () => Array.from({ length: version }, (_, i) => String(i + 1)),
    publish: () => {
      version++
    },
  }
}
