import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { evidence, fleetScanner, type Run } from './command.ts'

const FLEET = `instances:
  - { id: i-00000001, tags: { cluster: "prod\\u001b[31m" }, recording: node.json }
  - { id: i-00000002, tags: { cluster: prod }, offline: true }
`
const RULE = ['--rule', 'etcd-auto-tls-disabled']
let folder: string
const record = (argument: string) =>
  writeFileSync(join(folder, 'node.json'), JSON.stringify(evidence('i-00000001', argument)))
const inFolder = (...args: string[]): Promise<Run> => fleetScanner([...args, '--local'], { cwd: folder })

let between: string
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'fleet-scanner-queries-'))
  writeFileSync(join(folder, 'fleet.yaml'), FLEET)
  record('--auto-tls=false')
  await inFolder('scan', '--fleet', 'fleet.yaml')
  between = new Date().toISOString()
  record('--auto-tls=true')
  await inFolder('scan', '--fleet', 'fleet.yaml')
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const FRESH = /as of \S+ \S+Z: scan \S+ answers, closed \S+ \S+Z, \d+ min before; 1 of 2 instances assessed\n/
const ESCAPE = '\u001b'

describe('open', () => {
  it('says between which two scans a failure began, how fresh that is, and exits with 1', async () => {
    const { code, stdout } = await inFolder('open', ...RULE)
    expect(stdout).toMatch(
      /^STATUS .* LAST SEEN GOOD +FIRST SEEN BAD +MESSAGE\nFAIL .*i-00000001 .* 2\.3 +20\S+ \S+Z +20\S+ \S+Z +etcd/,
    )
    expect(stdout).toMatch(FRESH)
    expect(stdout).not.toContain(ESCAPE)
    expect(code).toBe(1)
  })

  it('goes on page by page', async () => {
    const page = ['open', '--limit', '1', '--format', 'jsonl']
    const first = await inFolder(...page)
    const [, cursor = ''] = /--cursor (\S+)\n/.exec(first.stderr) ?? []
    const second = await inFolder(...page, '--cursor', cursor)
    const rules = [first, second].map(({ stdout }) => JSON.parse(stdout).ruleId)
    expect(new Set(rules).size).toBe(2)
    expect(await inFolder('open', ...RULE, '--cursor', cursor)).toMatchObject({ code: 2, stdout: '' })
    expect(await inFolder('open', '--limit', 'none')).toMatchObject({ code: 2, stdout: '' })
  })

  it('goes on page by page through findings too, also of so many days, worst first, in the shape that they have', async () => {
    const page = ['findings', '--limit', '1', '--format', 'json', '--since', '7d']
    const first = await inFolder(...page)
    const [, cursor = ''] = /--cursor (\S+)\n/.exec(first.stderr) ?? []
    const second = await inFolder(...page, '--cursor', cursor)
    const all = JSON.parse((await inFolder('findings', '--format', 'json')).stdout)
    for (const { stdout } of [first, second]) expect(all).toContainEqual(JSON.parse(stdout)[0])
    expect(JSON.parse(first.stdout)).toMatchObject([{ status: 'FAIL' }])
    expect(first.stdout).not.toBe(second.stdout)
    for (const wrong of [
      ['--cursor', 'garbage'],
      ['--limit', '0'],
      ['--limit', '1', '--at', '1d'],
    ])
      expect(await inFolder('findings', ...wrong)).toMatchObject({ code: 2, stdout: '' })
  })

  it('tells of clusters', async () => {
    const { code, stdout } = await inFolder('open', ...RULE, '--by-cluster')
    expect(stdout).toMatch(/\nprod.* etcd-auto-tls-disabled +20\S+ \S+Z +20\S+ \S+Z +i-00000001\n/)
    expect(stdout).not.toContain(ESCAPE)
    expect(code).toBe(1)
    expect((await inFolder('open', '--beyond-sla')).stdout).toMatch(
      /^nothing is open for longer than allowed\n/,
    )
  })
})

it('changes shows what is otherwise since a moment', async () => {
  const { code, stdout } = await inFolder('changes', ...RULE, '--from', between)
  expect(stdout).toMatch(/\nfails +\S+i-00000001 .* 2\.3 +PASS -> FAIL /)
  expect(code).toBe(0)
  const nothing = await inFolder('changes', '--rejudged', '--format', 'json')
  expect(JSON.parse(nothing.stdout)).toMatchObject({ verdicts: [], restatements: [], fresh: { scan: {} } })
  expect(nothing.stderr).toMatch(FRESH)
  expect(await inFolder('changes', '--from', 'soon')).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('--from'),
  })
})

it('posture shows each day, and groups', async () => {
  const { stdout } = await inFolder('posture', '--by', 'rule', '--format', 'jsonl')
  const rows = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
  expect(rows.find(({ group }) => group === RULE[1])).toMatchObject({ FAIL: 1, PASS: 0, notAssessed: 1 })
  expect((await inFolder('posture', '--to', '2020-01-02', '--from', '2020-01-01')).code).toBe(3)
})

it('gaps names who was not assessed, and why', async () => {
  const { code, stdout } = await inFolder('gaps')
  expect(stdout).toMatch(
    /\n\S+i-00000002 +prod .* now +2 +unreachable \(ConnectionLost\) 2x\n2 scans of the whole fleet;/,
  )
  expect(code).toBe(3)
})

it('time-to-fix tells what was mended, and how long that took', async () => {
  expect((await inFolder('time-to-fix')).stdout).toMatch(/^nothing was fixed\nnot counted: 0 /)
  record('--auto-tls=false')
  await inFolder('scan', '--fleet', 'fleet.yaml')
  const { stdout } = await inFolder('time-to-fix', ...RULE, '--by', 'rule')
  expect(stdout).toMatch(/^GROUP +FIXED +MEDIAN .*\netcd-auto-tls-disabled +1 +(\d+ min) +\1 +\1\n/)
})

it('waivers list --on shows what was accepted then, and who approved', async () => {
  const why = [
    '--reason',
    'why',
    '--ticket',
    'T-1',
    '--until',
    new Date(Date.now() + 86_400_000).toISOString().slice(0, 10),
  ]
  await inFolder('waivers', 'add', ...RULE, '--cluster', 'prod', ...why, '--approved-by', 'carol')
  const today = new Date().toISOString().slice(0, 10)
  expect((await inFolder('waivers', 'list', '--on', today)).stdout).toMatch(
    /\nw-\S+ +etcd-auto-tls-disabled +cluster prod .* carol +why \(T-1\)\n/,
  )
  expect((await inFolder('waivers', 'list', '--on', between)).stdout).toMatch(/^no waiver was in force\n/)
})
