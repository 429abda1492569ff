import { setTimeout as sleep } from 'node:timers/promises'
import { slotsOf } from '../shared/store/at-once.ts'
import type { FleetInstance } from './fleet.ts'
import { readRecording } from './recording.ts'
import { runScript } from './run-script.ts'
import type { Job } from './ssm-documents.ts'

/** What an agent reports of a script: `exitCode` -1 where it was stopped. */
export type AgentReport = { stdout: string; stderr: string; exitCode: number; timedOut: boolean }

/**
 * Runs a job on an instance of the fleet. It never settles for an instance that does not answer.
 * @param stop ends the job: the command was cancelled, or the account stops
 */
export type Agent = (instance: FleetInstance, job: Job, stop: AbortSignal) => Promise<AgentReport>

/** At most so many scripts run on this machine at once. */
const SCRIPTS_AT_ONCE = 4

/** The agents of a fleet: this machine really runs the script, the others answer as their entry says. */
export const fleetAgent = (): Agent => {
  const slots = slotsOf(SCRIPTS_AT_ONCE)
  return async (instance, job, stop) => {
    if (instance.delaySeconds > 0)
      await sleep(instance.delaySeconds * 1000, undefined, { signal: stop, ref: false })
    const { source, exitCode } = instance
    switch (source.kind) {
      case 'this-machine':
        return slots(() => runScript(job, stop))
      case 'recording':
        return { stdout: await readRecording(source.path), stderr: '', exitCode, timedOut: false }
      case 'prints':
        return { stdout: source.text, stderr: '', exitCode, timedOut: false }
      default:
        return new Promise(() => {})
    }
  }
}
