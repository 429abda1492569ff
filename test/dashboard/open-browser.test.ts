import { existsSync, mkdtempSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, expect, it, vi } from 'vitest'
import { openBrowser } from '../../dashboard/open-browser.ts'

const URL = 'http://127.0.0.1:4711/?token=secret'
afterEach(() => void vi.unstubAllEnvs())

it.runIf(process.platform === 'linux')('no other user of the machine sees the token', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'fleet-scanner-opener-'))
  const said = join(folder, 'arguments')
  writeFileSync(
    join(folder, 'xdg-open'),
    `#!/bin/sh\necho "$@" > "${said}.part"; mv "${said}.part" "${said}"\n`,
    {
      mode: 0o755,
    },
  )
  vi.stubEnv('PATH', `${folder}:${process.env.PATH}`)
  const takeAway = openBrowser(URL)
  while (!existsSync(said)) await sleep(10)
  const file = readFileSync(said, 'utf8').trim()
  expect(file).not.toContain('secret')
  expect(statSync(file).mode & 0o077).toBe(0)
  expect(statSync(dirname(file)).mode & 0o077).toBe(0)
  expect(readFileSync(file, 'utf8')).toContain(`content="0;url=${URL}"`)
  takeAway()
  expect(existsSync(dirname(file))).toBe(false)
})

it('that there is nothing to open it with is no error', async () => {
  vi.stubEnv('PATH', '/nonexistent')
  const takeAway = openBrowser(URL)
  await sleep(100)
  takeAway()
})
