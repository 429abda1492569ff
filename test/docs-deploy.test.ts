import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Account, startAccount } from '../local/account.ts'
import { loadFleet } from '../local/fleet.ts'
import packageJson from '../package.json' with { type: 'json' }
import { STEPS } from '../scripts/smoke.ts'

const ROOT = join(import.meta.dirname, '..')
const page = (name: string): Promise<string> => readFile(join(ROOT, 'docs', name), 'utf8')

const FLEET = `instances:
  - { id: i-0000000a, recording: ${ROOT}/samples/nodes/kubeadm.json }
  - { id: i-0000000b, recording: ${ROOT}/samples/nodes/kubeadm-auto-tls.json }
`

let folder: string
let account: Account

/** `npx fleet-scanner` and `npm run X` as they are in a checkout, from a folder of a user's own. */
const shims = async (bin: string) => {
  await mkdir(bin)
  const scripts = Object.entries(packageJson.scripts)
    .filter(([, script]) => script.startsWith('node '))
    .map(([name, script]) => `  ${name}) script=${join(ROOT, script.slice(5))} ;;`)
  const run = `#!/bin/sh\n[ "$1" = run ] || exit 97\nname=$2\nshift 2\ncase $name in\n${scripts.join('\n')}\n  *) exit 98 ;;\nesac\n[ "$1" != -- ] || shift\nexec "${process.execPath}" "$script" "$@"\n`
  const npx = `#!/bin/sh\n[ "$1" = fleet-scanner ] || exit 99\nshift\nexec "${process.execPath}" "${ROOT}/bin/fleet-scanner.js" "$@"\n`
  for (const [name, script] of [
    ['npm', run],
    ['npx', npx],
  ] as const) {
    await writeFile(join(bin, name), script)
    await chmod(join(bin, name), 0o755)
  }
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fleet-scanner-deploy-'))
  await shims(join(folder, 'bin'))
  await mkdir(join(folder, 'work'))
  await writeFile(join(folder, 'fleet.yaml'), FLEET)
  account = await startAccount({
    dataDir: join(folder, 'data'),
    fleet: await loadFleet(join(folder, 'fleet.yaml')),
  })
})
afterAll(async () => {
  await account.stop()
  await rm(folder, { recursive: true, force: true })
})

/** Runs one line of a block, with a way to the embedded account where the block needs a stack, and to none otherwise. */
const ran = async (line: string, aws: Record<string, string>) => {
  const others = Object.entries(process.env).filter(([name]) => !/^(AWS_.*|FORCE_COLOR|NO_COLOR)$/.test(name))
  const child = spawn('sh', ['-c', line], {
    cwd: join(folder, 'work'),
    env: {
      ...Object.fromEntries(others),
      AWS_CONFIG_FILE: '/nonexistent',
      AWS_SHARED_CREDENTIALS_FILE: '/nonexistent',
      AWS_EC2_METADATA_DISABLED: 'true',
      ...aws,
      PATH: `${join(folder, 'bin')}:${process.env.PATH}`,
    },
  })
  const [stdout, stderr, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close') as Promise<[number | null]>,
  ])
  return { line, code, stdout, stderr }
}

type Ran = Awaited<ReturnType<typeof ran>>

test('the blocks of deploy.md that are said to be run by a test run, in their order', {
  timeout: 180_000,
}, async () => {
  const blocks = [...(await page('deploy.md')).matchAll(/^```sh run-here( stack)?\n([\s\S]*?)^```$/gm)]
  const all: Ran[] = []
  for (const [, stack, commands = ''] of blocks)
    for (const line of commands.trim().split('\n'))
      all.push(await ran(line, stack ? account.environment : {}))
  // 1: something FAILs, 3: something is missing. Both are answers; 2 and 4 are not.
  const broken = all.filter(({ code }) => ![0, 1, 3].includes(code ?? -1))
  expect(broken).toEqual([])
  const of = (words: string) => all.find(({ line }) => line.includes(words))
  expect(of('cat fleet-scanner.yaml')?.stdout).toContain('account: "111122223333"')
  expect(of('ls cdk.out/member')?.stdout).toBe('member-document.template.json\nmember-role.template.json\n')
  expect(of('document diff')).toMatchObject({ code: 0 })
  expect(of('scan --stack fleet-scanner --dry-run')?.stdout).toContain('i-0000000b')
  expect(of('findings')?.stdout).toContain('AUTO_TLS_ENABLED')
  expect(of('scans')?.stdout).toMatch(/2 of 2/)
  expect(of('pause')?.stdout).toContain('is paused now')
  expect(of('resume')?.stdout).toContain('is running now')
})

test('every block of commands says whether it is run', async () => {
  const text = await page('deploy.md')
  const plain = [...text.matchAll(/^ *```sh\n/gm)]
  expect(plain.length).toBeGreaterThan(5)
  for (const { index = 0 } of plain) {
    const before = text.slice(0, index).trim().split(/\n\n+/).slice(-2).join(' ').replace(/\s+/g, ' ')
    expect(before, text.slice(index, index + 200)).toContain('*Not run here')
  }
})

test.each(['deploy.md', 'runbook.md', 'assumptions.md'])(
  'the shell can read every block of %s',
  async (name) => {
    const blocks = [...(await page(name)).matchAll(/^( *)```sh.*\n([\s\S]*?)^ *```$/gm)]
    expect(blocks.length).toBeGreaterThan(0)
    for (const [, , commands = ''] of blocks) {
      const { status, stderr } = spawnSync('sh', ['-n'], { input: commands, encoding: 'utf8' })
      expect(stderr).toBe('')
      expect(status).toBe(0)
    }
  },
)

test('each step of the smoke test is named by an assumption, and the other way round', async () => {
  const named = [...(await page('assumptions.md')).matchAll(/`smoke (\w+)`/g)].map(([, name]) => name)
  const steps = new Set(STEPS.map(({ name }) => name))
  expect(new Set(named.filter((name) => name !== 'X'))).toEqual(steps)
})
