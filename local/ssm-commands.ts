import { randomUUID } from 'node:crypto'
import type { Agent } from './agent.ts'
import type { Caller } from './caller.ts'
import type { FleetInstance } from './fleet.ts'
import type { RegisteredDocument } from './ssm-documents.ts'
import { isOnline } from './ssm-instances.ts'

/** One instance's part of a command. `status` and `details` are Systems Manager's own words. */
export type Invocation = {
  instance: FleetInstance
  status: 'Pending' | 'InProgress' | 'Success' | 'Failed' | 'TimedOut' | 'Cancelled'
  details: string
  startedAt?: Date
  endedAt?: Date
  stdout: string
  stderr: string
  /** -1 until the script has ended. */
  exitCode: number
}

export type Command = {
  id: string
  account: string
  region: string
  document: RegisteredDocument
  comment: string
  requestedAt: Date
  /** After that no instance starts the command any more. */
  expiresAt: Date
  timeoutSeconds: number
  targets: { Key: string; Values: string[] }[]
  instanceIds: string[]
  invocations: Invocation[]
}

export type NewCommand = Omit<
  Command,
  'id' | 'requestedAt' | 'expiresAt' | 'invocations' | 'account' | 'region'
> & {
  caller: Caller
  instances: FleetInstance[]
}

/** The commands of all accounts and regions, and the agents that carry them out. */
export class CommandLog {
  readonly #commands: Command[] = []
  readonly #stops = new Map<string, AbortController>()
  readonly #agent: Agent
  readonly #now: () => Date

  constructor(agent: Agent, now: () => Date) {
    this.#agent = agent
    this.#now = now
  }

  /** Records a command and hands it to the agents, without waiting for them. */
  send({ caller, instances, ...command }: NewCommand): Command {
    const requestedAt = this.#now()
    const sent: Command = {
      ...command,
      id: randomUUID(),
      account: caller.account,
      region: caller.region,
      requestedAt,
      expiresAt: new Date(requestedAt.getTime() + command.timeoutSeconds * 1000),
      invocations: instances.map((instance) => ({
        instance,
        status: 'Pending',
        details: 'Pending',
        stdout: '',
        stderr: '',
        exitCode: -1,
      })),
    }
    const stop = new AbortController()
    this.#commands.push(sent)
    this.#stops.set(sent.id, stop)
    for (const invocation of sent.invocations)
      if (isOnline(invocation.instance)) void this.#deliver(sent, invocation, stop.signal)
    return sent
  }

  /** The caller's commands, oldest first, as they stand now. */
  of(caller: Caller): Command[] {
    const own = this.#commands.filter((c) => c.account === caller.account && c.region === caller.region)
    for (const command of own) this.#expire(command)
    return own
  }

  /** Cancels what has not ended. */
  cancel(command: Command): void {
    for (const invocation of command.invocations) this.#end(invocation, 'Cancelled', 'Cancelled')
    this.#stops.get(command.id)?.abort()
  }

  /** Invocations sent and ended since the start, over all accounts. */
  progress(): { sent: number; ended: number } {
    const all = this.#commands.flatMap((command) => command.invocations)
    return { sent: all.length, ended: all.filter((invocation) => invocation.endedAt !== undefined).length }
  }

  /** Ends every script that still runs here. */
  stop(): void {
    for (const stop of this.#stops.values()) stop.abort()
  }

  async #deliver(command: Command, invocation: Invocation, stop: AbortSignal): Promise<void> {
    invocation.status = 'InProgress'
    invocation.details = 'InProgress'
    invocation.startedAt = this.#now()
    try {
      const report = await this.#agent(invocation.instance, command.document.job, stop)
      if (invocation.endedAt !== undefined) return
      invocation.stdout = report.stdout
      invocation.stderr = report.stderr
      invocation.exitCode = report.exitCode
      if (report.timedOut) this.#end(invocation, 'TimedOut', 'ExecutionTimedOut')
      else if (report.exitCode === 0) this.#end(invocation, 'Success', 'Success')
      else this.#end(invocation, 'Failed', 'Failed')
    } catch (error) {
      invocation.stderr = error instanceof Error ? error.message : String(error)
      this.#end(invocation, 'Failed', 'Failed')
    }
  }

  /** What was not delivered in time never will be; what was started and stays silent runs out of its own time too. */
  #expire(command: Command): void {
    const now = this.#now().getTime()
    const executionEnd = command.expiresAt.getTime() + command.document.job.timeoutSeconds * 1000
    for (const invocation of command.invocations) {
      if (invocation.status === 'Pending' && now >= command.expiresAt.getTime())
        this.#end(invocation, 'TimedOut', 'DeliveryTimedOut')
      if (invocation.status === 'InProgress' && now >= executionEnd)
        this.#end(invocation, 'TimedOut', 'ExecutionTimedOut')
    }
  }

  #end(invocation: Invocation, status: Invocation['status'], details: string): void {
    if (invocation.endedAt !== undefined) return
    invocation.status = status
    invocation.details = details
    invocation.endedAt = this.#now()
  }
}
