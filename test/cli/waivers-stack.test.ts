import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Account, startAccount } from '../../local/account.ts'
import { loadFleet } from '../../local/fleet.ts'
import { DAY_MS } from '../../shared/waivers/waiver.ts'
import { evidence, fleetScanner, type Run } from './command.ts'

const RULE = 'etcd-auto-tls-disabled'
const CONFIG = `targets:
  - { account: 000000000000, regions: [eu-central-1], selectors: [{ cluster: harbour }] }
commandTimeoutSeconds: 30
poll: { firstSeconds: 1, longestSeconds: 1 }
waivers: { maxDays: 90, approval: required }
severities:
  - { rule: ${RULE}, clusters: [harbour], severity: critical }
`
let folder: string
let account: Account
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fleet-scanner-waivers-stack-'))
  const file = (name: string) => join(folder, name)
  await writeFile(file('bad.json'), JSON.stringify(evidence('any', '--auto-tls=true')))
  await writeFile(file('config.yaml'), CONFIG)
  await writeFile(
    file('fleet.yaml'),
    'instances:\n  - { id: i-0000000b, tags: { cluster: harbour }, recording: bad.json }\n',
  )
  const fleet = await loadFleet(file('fleet.yaml'))
  account = await startAccount({ dataDir: file('data'), fleet, configFile: file('config.yaml') })
})
afterAll(async () => {
  await account.stop()
  await rm(folder, { recursive: true, force: true })
})

const onStack = (...args: string[]): Promise<Run> =>
  fleetScanner([...args, '--stack', account.stack], { cwd: folder, env: account.environment })
const until = (days: number) => new Date(Date.now() + days * DAY_MS).toISOString().slice(0, 10)
const add = (days: number, ...args: string[]) =>
  onStack(
    ...['waivers', 'add', '--rule', RULE, '--cluster', 'harbour', '--reason', 'r', '--ticket', 't'],
    ...['--until', until(days), '--format', 'json', ...args],
  )

it('what the deployed configuration demands holds for everybody, from the first scan on', async () => {
  const early = await add(30, '--approved-by', 'bob@example.com')
  expect(early.stderr).toContain('run a scan first')
  expect(early.code).toBe(2)
  expect((await onStack('scan', '--output', 'scan.txt')).code).toBe(1)

  for (const [args, message] of [
    [[30], /--approved-by: the configuration demands/],
    [[91, '--approved-by', 'bob@example.com'], /--until: .* within 90 days/],
  ] as const) {
    const [days, ...more] = args
    const refused = await add(days, ...more)
    expect(refused.stderr).toMatch(message)
    expect(refused.code).toBe(2)
  }
  const findings = ['findings', '--rule', RULE, '--format', 'json']
  expect((await onStack(...findings)).code).toBe(1)
  const added = await add(90, '--approved-by', 'bob@example.com')
  expect(JSON.parse(added.stdout)).toMatchObject({
    ...{ who: 'arn:aws:iam::000000000000:user/local', approvedBy: 'bob@example.com' },
  })
  const waived = await onStack(...findings)
  expect(waived.code).toBe(0)
  expect(JSON.parse(waived.stdout)).toMatchObject([
    { status: 'FAIL', severity: 'critical', waived: { approvedBy: 'bob@example.com' } },
  ])
})
