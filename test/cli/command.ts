import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'

const BIN = fileURLToPath(new URL('../../bin/fleet-scanner.js', import.meta.url))

export type Run = { code: number | null; stdout: string; stderr: string }
export type RunOptions = { stdin?: string; cwd?: string; env?: Record<string, string>; node?: string }

/** Without what the test runner sets for its own output, and without the way to anybody's AWS account. */
const ENVIRONMENT = {
  ...Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(FORCE_COLOR|NO_COLOR|AWS_.*)$/.test(name)),
  ),
  AWS_CONFIG_FILE: '/nonexistent/config',
  AWS_SHARED_CREDENTIALS_FILE: '/nonexistent/credentials',
  AWS_EC2_METADATA_DISABLED: 'true',
}

/** Runs the real command as a user does, and waits for its end. `onStart` gets what stops it early. */
export const fleetScanner = async (
  args: string[],
  options: RunOptions & { onStart?: (interrupt: () => void) => void } = {},
): Promise<Run> => {
  const child = spawn(options.node ?? process.execPath, [BIN, ...args], {
    ...(options.cwd !== undefined && { cwd: options.cwd }),
    env: { ...ENVIRONMENT, ...options.env },
    timeout: 50_000,
  })
  options.onStart?.(() => child.kill('SIGINT'))
  // A command that stops early, by a wrong option, does not read what it is given.
  child.stdin.on('error', () => {})
  child.stdin.end(options.stdin ?? '')
  const [stdout, stderr, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close') as Promise<[number | null]>,
  ])
  return { code, stdout, stderr }
}

/** Evidence JSON of a host with one etcd, whose arguments and id are given. */
export const evidence = (instanceId: string, ...args: string[]): object => ({
  schemaVersion: 1,
  instanceId,
  collectedAt: '2026-01-31T12:00:00Z',
  view: 'full',
  processes: [{ pid: 812, uid: 0, exe: '/usr/bin/etcd', argv: ['etcd', ...args], environ: [] }],
  apiservers: [],
  manifests: [],
})
