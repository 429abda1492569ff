import { type ChildProcess, spawn } from 'node:child_process'
import { chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Machine code that waits for ever: pause(2) on x64, ppoll(2) on arm64, in a loop. */
const WAIT_FOR_EVER: Partial<Record<NodeJS.Architecture, { machine: number; code: string }>> = {
  x64: { machine: 62, code: 'b8220000000f05ebf7' },
  arm64: { machine: 183, code: '000080d2010080d2020080d2030080d2280980d2010000d4faffff17' },
}

/**
 * The bytes of the smallest program that does nothing, or undefined on another processor. Unlike `sleep` it takes any
 * arguments, so a process can be given exactly the command line and environment of an etcd.
 */
export const idleProgram = (): Buffer | undefined => {
  const target = WAIT_FOR_EVER[process.arch]
  if (!target) return undefined
  const code = Buffer.from(target.code, 'hex')
  const base = 0x400000n
  const headers = Buffer.alloc(120)
  Buffer.from('7f454c4602010100', 'hex').copy(headers)
  headers.writeUInt16LE(2, 16) // an executable
  headers.writeUInt16LE(target.machine, 18)
  headers.writeUInt32LE(1, 20)
  headers.writeBigUInt64LE(base + 120n, 24) // where it starts
  headers.writeBigUInt64LE(64n, 32) // where the program header is
  headers.writeUInt16LE(64, 52)
  headers.writeUInt16LE(56, 54)
  headers.writeUInt16LE(1, 56)
  headers.writeUInt32LE(1, 64) // one segment to load
  headers.writeUInt32LE(5, 68) // readable and executable
  headers.writeBigUInt64LE(base, 80)
  headers.writeBigUInt64LE(base, 88)
  headers.writeBigUInt64LE(BigInt(120 + code.length), 96)
  headers.writeBigUInt64LE(BigInt(120 + code.length), 104)
  headers.writeBigUInt64LE(0x1000n, 112)
  return Buffer.concat([headers, code])
}

export type IdleOptions = {
  /** The file name of the binary. */
  binary?: string
  /** argv[0]; the binary's path where absent. */
  argv0?: string
  env?: Record<string, string>
  cwd?: string
  uid?: number
  /** The binary's permissions. */
  mode?: number
  /** A folder that is to be the process's root; the binary lies in it. */
  root?: string
}

/** Starts idle programs in a folder of their own, and ends them all. */
export const idleProcesses = (): {
  folder: string
  start: (args: string[], options?: IdleOptions) => number
  stop: () => void
} => {
  const program = idleProgram()
  const folder = mkdtempSync(join(tmpdir(), 'idle-'))
  chmodSync(folder, 0o755)
  const children: ChildProcess[] = []
  return {
    folder,
    start: (args, options = {}) => {
      const { binary = 'etcd', mode = 0o755, root = '', argv0, cwd, uid } = options
      const file = join(root || folder, binary)
      if (program && !existsSync(file)) {
        writeFileSync(file, program)
        chmodSync(file, mode)
      }
      const [command, all] = root ? ['chroot', [root, `/${binary}`, ...args]] : [file, args]
      const child = spawn(command, all, {
        stdio: 'ignore',
        env: { ...(root ? { PATH: '/usr/sbin:/usr/bin:/sbin:/bin' } : {}), ...options.env },
        ...(argv0 === undefined ? {} : { argv0 }),
        ...(cwd === undefined ? {} : { cwd }),
        ...(uid === undefined ? {} : { uid, gid: uid }),
      })
      if (child.pid === undefined) throw new Error(`${file} did not start`)
      children.push(child)
      return child.pid
    },
    stop: () => {
      for (const child of children) child.kill('SIGKILL')
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
