import { spawnSync } from 'node:child_process'
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
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
  runCollector: () => CollectorRun
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

/** @param without applets of BusyBox that the node lacks */
export const nodeRoot = (without: string[] = []): NodeRoot => {
  const folder = mkdtempSync(join(tmpdir(), 'node-root-'))
  const inside = (path: string): string => {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    return join(folder, path)
  }
  const busybox = output('sh', '-c', 'command -v busybox')
  copyFileSync(busybox, inside('/bin/busybox'))
  for (const library of output('ldd', busybox).match(/\/\S+/g) ?? []) copyFileSync(library, inside(library))
  for (const applet of output('busybox', '--list').split('\n'))
    if (applet !== 'busybox' && !without.includes(applet)) symlinkSync('busybox', inside(`/bin/${applet}`))
  mkdirSync(inside('/proc/x').slice(0, -2), { recursive: true })
  spawnSync('mknod', ['-m', '666', inside('/dev/null'), 'c', '1', '3'])
  writeFileSync(join(folder, 'collector.sh'), collectorScript())
  return {
    folder,
    write: (path, content, mode = 0o644) => writeFileSync(inside(path), content, { mode }),
    runCollector: () => {
      const began = performance.now()
      const inRoot =
        'mount --bind "$1" "$1" && mount -o remount,ro,bind "$1" && mount --bind /proc "$1/proc" && exec chroot "$1" /bin/sh /collector.sh'
      const { stdout, stderr, status } = spawnSync('unshare', ['-m', 'sh', '-c', inRoot, 'sh', folder])
      return { stdout, stderr: stderr.toString(), status, milliseconds: performance.now() - began }
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  }
}
