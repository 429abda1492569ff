import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { evidence, fleetScanner, type Run } from './command.ts'

const FLEET = `instances:
  - { id: i-00000001, recording: node.json }
  - { id: i-00000002, offline: true }
`
let folder: string
const record = (argument: string) =>
  writeFileSync(join(folder, 'node.json'), JSON.stringify(evidence('i-00000001', argument)))
const inFolder = (...args: string[]): Promise<Run> => fleetScanner([...args, '--local'], { cwd: folder })
const RULE = ['--rule', 'etcd-auto-tls-disabled']

let began: string
let between: string
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'fleet-scanner-past-'))
  writeFileSync(join(folder, 'fleet.yaml'), FLEET)
  began = new Date().toISOString()
  record('--auto-tls=true')
  await inFolder('scan', '--fleet', 'fleet.yaml')
  between = new Date().toISOString()
  record('--auto-tls=false')
  await inFolder('scan', '--fleet', 'fleet.yaml')
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe('findings --at', () => {
  it('shows a verdict as it was, which scan says so, and who was not assessed then', async () => {
    const { code, stdout } = await inFolder('findings', ...RULE, '--at', between)
    expect(stdout).toMatch(/FAIL +i-00000001 +2\.3/)
    expect(stdout).toMatch(/\nas of \d{4}-\d\d-\d\d \d\d:\d\dZ: scan \S+ answers, closed .*, 0 min before\n/)
    expect(stdout).toMatch(/\ncoverage then: 1 of 2 assessed; not assessed: 1 unreachable \(i-00000002 /)
    expect(code).toBe(1)
    const now = await inFolder('findings', ...RULE)
    expect(now.stdout).not.toMatch(/FAIL +i-00000001/)
  })

  it('prints the same JSON as for now, and the rest on stderr', async () => {
    const where = ['--instance', 'i-00000001', '--at', between, '--format', 'jsonl']
    const { stdout, stderr } = await inFolder('findings', ...RULE, ...where)
    expect(JSON.parse(stdout)).toMatchObject({
      ...{ instanceId: 'i-00000001', status: 'FAIL', reason: 'AUTO_TLS_ENABLED', coverage: 'assessed' },
      evidenceHash: expect.stringMatching(/^[0-9a-f]{64}$/),
    })
    expect(stderr).toMatch(/^as of .*\ncoverage then: /)
  })

  it('says so where no scan had ended by then', async () => {
    const { code, stdout } = await inFolder('findings', '--at', began)
    expect(stdout).toMatch(/^as of .*: no scan of the whole fleet had ended yet\n$/)
    expect(code).toBe(3)
  })

  it('takes no moment that has not come, or that is none', async () => {
    expect(await inFolder('findings', '--at', '2999-01-01')).toMatchObject({ code: 2, stdout: '' })
    expect(await inFolder('findings', '--at', 'yesterday')).toMatchObject({ code: 2, stdout: '' })
  })
})

describe('evidence verify', () => {
  it('agrees with every verdict of this version', async () => {
    const { code, stdout } = await inFolder('evidence', 'verify')
    expect(stdout).toMatch(/^\d+ verdicts on 2 pieces of evidence, judged again by engine \S+: (\d+) agree\n/)
    expect(code).toBe(0)
  })
})
