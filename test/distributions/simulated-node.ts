import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { idleProgram } from '../evidence/idle-process.ts'
import { type NodeRoot, nodeRoot } from '../evidence/node-root.ts'
import type { CollectorRun } from '../evidence/run-collector.ts'

/** A process of a node; what runs is a program that does nothing, under that name. */
export type SimulatedProcess = {
  /** argv[0]. A bare name is found by the PATH in `env`. */
  command: string
  /** The binary behind it, where that is another path. */
  exe?: string
  args?: readonly string[]
  env?: Readonly<Record<string, string>>
  uid?: number
}

/** What the collector can see of a node of some distribution. */
export type SimulatedNode = {
  /** The base name of its recording. */
  name: string
  instanceId: string
  /** CIDR notation. */
  addresses: readonly string[]
  /** Path to content; `mode` is 0600 where it is only a text. */
  files: Readonly<Record<string, string | { content: string; mode: number }>>
  processes: readonly SimulatedProcess[]
  /** How many processes run beside them. */
  crowd?: number
}

const RECORDED_AT = '2026-01-31T12:00:00Z'
/** Its pids look like those of a machine that has been up for a while. */
const FIRST_PID = 1200

/**
 * Runs the collector on such a node: with a root folder, processes and addresses of its own, seen by nobody else.
 * Needs what `nodeRoot` needs. The namespace of the processes passes for the first one of a host, and the clock
 * stands still, so that the recording of an unchanged node changes only where the collector does. The time is the collector's own.
 */
export const runOnNode = (node: SimulatedNode): CollectorRun => {
  const root = nodeRoot(['readlink', 'date'])
  try {
    root.install('chroot') // BusyBox's cannot change the user
    const standIn = (name: string, condition: string, answer: string): void =>
      root.write(`/bin/${name}`, stand(name, condition, answer), 0o755)
    standIn('readlink', '"$1" = self/ns/pid', 'pid:[4026531836]')
    standIn('date', '"$1" = -u', RECORDED_AT)
    root.write('/var/lib/cloud/data/instance-id', `${node.instanceId}\n`)
    for (const [path, file] of Object.entries(node.files)) {
      const { content, mode } = typeof file === 'string' ? { content: file, mode: 0o600 } : file
      root.write(path, content, mode)
    }
    for (const process of [...node.processes, { command: '/bin/crowd' }]) place(root, process)
    root.write('/start.sh', startScript(node), 0o755)

    const inNamespaces = 'mount -t proc proc "$1/proc" && exec chroot "$1" /bin/sh /start.sh'
    const args = ['-mnpf', '--kill-child', 'sh', '-c', inNamespaces, 'sh', root.folder]
    const { stdout, stderr, status } = spawnSync('unshare', args, { maxBuffer: 64 * 1024 * 1024 })
    const secondsAt = (name: string): number => Number(readFileSync(join(root.folder, name), 'utf8'))
    const milliseconds = 1000 * (secondsAt('ended') - secondsAt('began'))
    return { stdout, stderr: stderr.toString(), status, milliseconds }
  } finally {
    root.remove()
  }
}

const stand = (name: string, condition: string, answer: string): string =>
  `#!/bin/sh\n[ ${condition} ] && exec echo '${answer}'\nexec busybox ${name} "$@"\n`

/** The binary, and the link to it through which it is started. */
const place = (root: NodeRoot, { command, exe }: SimulatedProcess): void => {
  const binary = exe ?? command
  const program = idleProgram()
  if (!program) throw new Error(`there is no idle program for ${process.arch}`)
  root.write(binary, program, 0o755)
  if (!command.startsWith('/') || command === binary) return
  const link = join(root.folder, command)
  mkdirSync(dirname(link), { recursive: true })
  if (!existsSync(link)) symlinkSync(binary, link)
}

const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`

const startScript = ({ addresses, processes, crowd = 0 }: SimulatedNode): string => {
  const starts = processes.map(({ command, args = [], env = {}, uid = 0 }) => {
    const variables = Object.entries(env).map(([name, value]) => `${name}=${value}`)
    const words = ['env', '-i', ...variables, command, ...args]
    return `start ${[...(uid === 0 ? [] : ['chroot', `--userspec=${uid}:${uid}`, '--groups=', '/']), ...words].map(quoted).join(' ')}`
  })
  return [
    'ip link set lo up',
    ...addresses.map((address) => `ip addr add ${address} dev lo`),
    `echo ${FIRST_PID - 1} >/proc/sys/kernel/ns_last_pid`,
    // Until it has become what it is to be.
    'start() { "$@" & while [ "$(busybox readlink /proc/$!/exe)" = /bin/busybox ]; do :; done; }',
    ...starts,
    `i=0; while [ $i -lt ${crowd} ]; do /bin/crowd --member=$i --config=/etc/crowd.conf & i=$((i + 1)); done`,
    'cut -d " " -f 1 /proc/uptime >/began',
    'sh /collector.sh',
    'cut -d " " -f 1 /proc/uptime >/ended',
    '',
  ].join('\n')
}
