import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { html } from './html.ts'

const OPENERS: Partial<Record<NodeJS.Platform, [command: string, ...args: string[]]>> = {
  darwin: ['open'],
  win32: ['cmd', '/c', 'start', ''],
}

/**
 * Opens the page in the user's browser. By way of a file that only this user may read: other users of the machine see the
 * arguments of every command, and must not see the token. That nothing opens is no error: the address was printed. Returns what takes the
 * file away.
 */
export const openBrowser = (url: string): (() => void) => {
  const folder = mkdtempSync(join(tmpdir(), 'fleet-scanner-'))
  const file = join(folder, 'dashboard.html')
  writeFileSync(
    file,
    String(
      html`<!doctype html><meta charset="utf-8"><meta http-equiv="refresh" content="0;url=${url}"><a href="${url}">To the dashboard</a>`,
    ),
    { mode: 0o600 },
  )
  const [command, ...args] = OPENERS[process.platform] ?? ['xdg-open']
  const child = spawn(command, [...args, file], { stdio: 'ignore', detached: true })
  child.on('error', () => {})
  child.unref()
  return () => rmSync(folder, { recursive: true, force: true })
}
