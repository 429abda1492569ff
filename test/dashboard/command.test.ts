import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type DashboardOptions, dashboard } from '../../cli/commands/dashboard.ts'
import { UsageError } from '../../cli/exit-code.ts'
import type { Globals } from '../../cli/output.ts'
import { evidence, fleetScanner } from '../cli/command.ts'

const BIN = fileURLToPath(new URL('../../bin/fleet-scanner.js', import.meta.url))
const FLEET = `instances:
  - { id: i-00000001, tags: { cluster: harbour }, recording: bad.json }
`
let folder: string
let child: ChildProcess
let url: URL
let cookie: string
let stderr: Promise<string>

const page = (path: string): Promise<string> =>
  fetch(new URL(path, url), { headers: { cookie } }).then((answer) => answer.text())

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'fleet-scanner-dashboard-'))
  mkdirSync(join(folder, '.fleet-scanner'))
  writeFileSync(join(folder, 'fleet.yaml'), FLEET)
  writeFileSync(join(folder, 'bad.json'), JSON.stringify(evidence('any', '--auto-tls=true')))
  child = spawn(process.execPath, [BIN, 'dashboard', '--local'], { cwd: folder })
  stderr = text(child.stderr ?? process.stdin)
  const [line] = (await once(child.stdout ?? child, 'data')) as [Buffer]
  expect(line.toString()).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/\?token=[\w-]{43}\n$/)
  url = new URL(line.toString().trim())
  const entered = await fetch(url, { redirect: 'manual' })
  cookie = entered.headers.get('set-cookie')?.split(';')[0] ?? ''
})
afterAll(() => {
  child.kill('SIGKILL')
  rmSync(folder, { recursive: true, force: true })
})

it('of an empty folder it says that nobody knows', async () => {
  expect(await page('/')).toContain('<strong>Nobody knows.</strong>')
})

it('while it is open a scan in another shell runs as ever, and its end is seen', async () => {
  let scanning = true
  let answers = 0
  const looking = (async () => {
    while (scanning) {
      expect(await page('/scans')).toContain('<h1>Scans</h1>')
      answers += 1
    }
  })()
  const scan = await fleetScanner(['scan', '--local', '--fleet', 'fleet.yaml'], { cwd: folder })
  scanning = false
  await looking
  expect(scan.stdout + scan.stderr).toContain('1 of 1 instances have answered')
  expect(scan.code).toBe(1)
  expect(answers).toBeGreaterThan(2)
  const overview = await page('/')
  expect(overview).toMatch(/<strong class="fail">Yes\.<\/strong>/)
  expect(overview).toContain('i-00000001')
  expect(await page('/v1/fleet')).toContain('"assessed":1')
})

it.each<[Partial<DashboardOptions>, Partial<Globals>, RegExp]>([
  [{ port: 'x' }, {}, /--port takes a number from 0/],
  [{ port: '65536' }, {}, /--port takes a number from 0/],
  [{}, { output: 'f' }, /leave out --output/],
  [{}, { stack: 'x' }, /give one of them/],
  [{}, { local: false }, /say where/],
  [{}, { data: '/nonexistent' }, /there is no data in \/nonexistent yet/],
])('%j %j is wrong usage', async (options, globals, message) => {
  const given: Globals = { local: true, data: folder, format: 'table', color: false, ...globals }
  await expect(dashboard({ open: false, ...options }, given)).rejects.toThrow(message)
  await expect(dashboard({ open: false, ...options }, given)).rejects.toThrow(UsageError)
})

it('a port that another program has is wrong usage', async () => {
  const given: Globals = { local: true, data: join(folder, '.fleet-scanner'), format: 'table', color: false }
  await expect(dashboard({ open: false, port: url.port }, given)).rejects.toThrow(
    `--port ${url.port} cannot be had (another program has it)`,
  )
})

it('Ctrl-C ends it with exit code 0, and leaves the folder free', async () => {
  child.kill('SIGINT')
  expect(await once(child, 'exit')).toEqual([0, null])
  expect(await stderr).toBe(
    'the dashboard runs on this machine alone; whoever has the address is let in. Ctrl-C ends it\n',
  )
  const found = await fleetScanner(['scans', '--local'], { cwd: folder })
  expect(found.stdout).toContain('1 scan: 1 of the fleet')
})
