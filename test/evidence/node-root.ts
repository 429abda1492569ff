import { spawnSync } from 'node:child_process'
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { release, tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { collectorScript } from '../../shared/evidence/collector.ts'
import type { CollectorRun } from './run-collector.ts'

/**
 * A root folder of a node in which only BusyBox is installed, and where the collector can find files under the paths
 * of a control plane without touching this machine's. Processes are this machine's. Needs root and `unshare`.
 */
export type NodeRoot = {
  folder: string
  write: (path: string, content: string | Uint8Array, mode?: number) => void
  /** Copies a program of this machine to /bin, with the libraries that it loads. */
  install: (program: string) => void
  runCollector: (how?: {
    /** The shell, as inside; BusyBox's where absent. */
    shell?: readonly string[]
    /** `uid:gid`, without further groups; root where absent. */
    user?: string
    /** Whether others' processes are hidden; needs `mayHideProcesses`. */
    hidepid?: boolean
  }) => CollectorRun
  remove: () => void
}

const output = (command: string, ...args: string[]): string =>
  spawnSync(command, args).stdout?.toString().trim() ?? ''

/** Why there can be no such root here, in words; undefined where there can. */
export const noNodeRoot = (): string | undefined => {
  if (process.getuid?.() !== 0) return 'the tests do not run as root'
  if (spawnSync('busybox', ['true']).status !== 0) return 'this machine has no busybox'
  if (spawnSync('unshare', ['-m', 'mount', '--bind', '/proc', '/proc']).status !== 0)
    return 'no mount namespaces here'
  return undefined
}

/** Whether a /proc with other options leaves this machine's own as it is: from Linux 5.8 on. */
export const mayHideProcesses = (): boolean => {
  const [major = 0, minor = 0] = release().split('.').map(Number)
  return major > 5 || (major === 5 && minor >= 8)
}

/** @param without applets of BusyBox that the node lacks */
export const nodeRoot = (without: string[] = []): NodeRoot => {
  const folder = mkdtempSync(join(tmpdir(), 'node-root-'))
  chmodSync(folder, 0o755) // it is the root of every user
  const inside = (path: string): string => {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    return join(folder, path)
  }
  const install = (program: string): void => {
    const path = output('sh', '-c', `command -v ${program}`)
    rmSync(inside(`/bin/${program}`), { force: true }) // what BusyBox has in its place
    copyFileSync(path, inside(`/bin/${program}`))
    for (const library of output('ldd', path).match(/\/\S+/g) ?? []) copyFileSync(library, inside(library))
  }
  install('busybox')
  for (const applet of output('busybox', '--list').split('\n'))
    if (applet !== 'busybox' && !without.includes(applet)) symlinkSync('busybox', inside(`/bin/${applet}`))
  mkdirSync(inside('/proc/x').slice(0, -2), { recursive: true })
  spawnSync('mknod', ['-m', '666', inside('/dev/null'), 'c', '1', '3'])
  writeFileSync(join(folder, 'collector.sh'), collectorScript())
  return {
    folder,
    write: (path, content, mode = 0o644) => {
      writeFileSync(inside(path), content)
      chmodSync(inside(path), mode)
    },
    install,
    runCollector: ({ shell = ['/bin/sh'], user = '0:0', hidepid = false } = {}) => {
      const began = performance.now()
      // A /proc of its own: to remount this machine's would change it for everybody.
      const proc = hidepid ? 'mount -t proc -o hidepid=2 proc' : 'mount --bind /proc'
      const inRoot = `root=$1 user=$2; shift 2
        mount --bind "$root" "$root" && mount -o remount,ro,bind "$root" && ${proc} "$root/proc" &&
        exec chroot --userspec="$user" --groups= "$root" "$@" /collector.sh`
      const args = ['-m', 'sh', '-c', inRoot, 'sh', folder, user, ...shell]
      const { stdout, stderr, status } = spawnSync('unshare', args, { maxBuffer: 64 * 1024 * 1024 })
      return { stdout, stderr: stderr.toString(), status, milliseconds: performance.now() - began }
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  }
}
