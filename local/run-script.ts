import { spawn } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import type { AgentReport } from './agent.ts'
import type { Job } from './ssm-documents.ts'

/** Kept of each stream; Systems Manager shows at most 24,000 characters of it. */
const KEPT_BYTES = 64 * 1024

/**
 * Runs a script as the SSM Agent does: `sh` on a file, no input, nothing of this process's environment but the PATH,
 * and the end of the whole process group when the time is up or `stop` fires.
 */
export const runScript = async (job: Job, stop: AbortSignal): Promise<AgentReport> => {
  const folder = await mkdtemp(join(tmpdir(), 'fleet-scanner-'))
  try {
    const script = join(folder, '_script.sh')
    await writeFile(script, job.script, { mode: 0o700 })
    return await runFile(script, folder, job.timeoutSeconds, stop)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

const runFile = (
  script: string,
  cwd: string,
  timeoutSeconds: number,
  stop: AbortSignal,
): Promise<AgentReport> =>
  new Promise((resolve, reject) => {
    stop.throwIfAborted()
    const child = spawn('sh', [script], {
      cwd,
      env: { PATH: process.env.PATH },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    })
    const stdout = collect(child.stdout)
    const stderr = collect(child.stderr)
    let timedOut = false
    const kill = (): void => {
      try {
        if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL')
      } catch {
        // The group has ended by itself.
      }
      // A grandchild that left the group may hold the pipes open; nothing it says counts any more.
      child.stdout.destroy()
      child.stderr.destroy()
    }
    const timer = setTimeout(() => {
      timedOut = true
      kill()
    }, timeoutSeconds * 1000)
    stop.addEventListener('abort', kill)
    const settle = (): void => {
      clearTimeout(timer)
      stop.removeEventListener('abort', kill)
    }
    child.once('error', (error) => {
      settle()
      reject(error)
    })
    child.once('close', (code) => {
      settle()
      resolve({ stdout: stdout(), stderr: stderr(), exitCode: code ?? -1, timedOut })
    })
  })

/** Keeps the first bytes of a stream and lets the rest go by, so that a flood fills no memory. */
const collect = (stream: Readable): (() => string) => {
  const chunks: Buffer[] = []
  let kept = 0
  stream.on('data', (chunk: Buffer) => {
    const part = chunk.subarray(0, KEPT_BYTES - kept)
    kept += part.length
    if (part.length > 0) chunks.push(part)
  })
  return () => Buffer.concat(chunks).toString()
}
