import { spawnSync } from 'node:child_process'
import { collectorScript } from '../../shared/evidence/collector.ts'
import { decodeCollectorOutput } from '../../shared/evidence/envelope.ts'
import type { Evidence, ProcessEvidence } from '../../shared/evidence/evidence.ts'

export const isRoot = process.getuid?.() === 0

const runs = (command: string, ...args: string[]): boolean => spawnSync(command, args).status === 0

/** The shells that a node may have, with whether this machine has them. */
export const SHELLS: { name: string; argv: [string, ...string[]]; here: boolean }[] = (
  [
    ['sh', ['sh']],
    ['dash', ['dash']],
    ['bash', ['bash']],
    ['bash as sh', ['bash', '--posix']],
    ['busybox sh', ['busybox', 'sh']],
  ] as [string, [string, ...string[]]][]
).map(([name, argv]) => ({ name, argv, here: runs(argv[0], ...argv.slice(1), '-c', ':') }))

export type CollectorRun = { stdout: Buffer; stderr: string; status: number | null; milliseconds: number }

/** Runs the collector as `ssh NODE sudo sh -s` does: the script on the shell's stdin. */
export const runCollector = (
  shell: readonly string[] = ['sh'],
  options: { uid?: number; env?: NodeJS.ProcessEnv; cwd?: string } = {},
): CollectorRun => {
  const began = performance.now()
  const [command = 'sh', ...args] = shell
  const { stdout, stderr, status } = spawnSync(command, [...args, '-s'], {
    input: collectorScript(),
    ...options,
    ...(options.uid === undefined ? {} : { gid: options.uid }),
  })
  return { stdout, stderr: stderr.toString(), status, milliseconds: performance.now() - began }
}

export const collect = (...args: Parameters<typeof runCollector>): Evidence =>
  decodeCollectorOutput(runCollector(...args).stdout)

/** The process with this pid in the evidence; other etcds may run on this machine. */
export const processIn = (evidence: Evidence, pid: number): ProcessEvidence => {
  const found = evidence.processes?.find((candidate) => candidate.pid === pid)
  if (!found) throw new Error(`the collector did not see process ${pid}`)
  return found
}
