import { createHash } from 'node:crypto'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Account, startAccount } from '../../local/account.ts'
import { loadFleet } from '../../local/fleet.ts'
import { REPORT_FORMATS } from '../../shared/report/formats/names.ts'
import { evidence, fleetScanner, type Run } from './command.ts'

const RULE = 'etcd-auto-tls-disabled'
const FLEET = `instances:
  - { id: i-00000001, tags: { cluster: harbour }, recording: node.json }
  - { id: i-00000002, tags: { cluster: orchard }, recording: good.json }
  - { id: i-00000003, tags: { cluster: orchard }, offline: true }
`
let folder: string
const record = (name: string, argument: string) =>
  writeFileSync(join(folder, name), JSON.stringify(evidence('any', argument)))
const inFolder = (...args: string[]): Promise<Run> => fleetScanner([...args, '--local'], { cwd: folder })
const json = async (...args: string[]) =>
  JSON.parse((await inFolder('report', '--format', 'json', ...args)).stdout)
const fileOf = (name: string) => readFileSync(join(folder, name), 'utf8')

let before: string
let between: string
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'fleet-scanner-report-'))
  writeFileSync(join(folder, 'fleet.yaml'), FLEET)
  before = new Date().toISOString()
  record('good.json', '--auto-tls=false')
  record('node.json', '--auto-tls=true')
  expect((await inFolder('scan', '--fleet', 'fleet.yaml')).code).toBe(1)
  between = new Date().toISOString()
  record('node.json', '--auto-tls=false')
  await inFolder('scan', '--fleet', 'fleet.yaml')
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe('report', () => {
  it.each(REPORT_FORMATS)('writes %s whole, and on stderr what it is of', async (format) => {
    const { stdout, stderr, code } = await inFolder('report', '--format', format, '--output', `r.${format}`)
    expect(stdout).toBe('')
    expect(stderr).toMatch(
      /^as of .*: scan \S+, closed .*; 2 of 3 assessed; 12 findings, \d+ FAIL \(0 waived\), 0 ERROR\n$/,
    )
    expect(fileOf(`r.${format}`)).toContain('i-00000001')
    expect(code).toBe(1)
  })

  it('says the same as `findings`', async () => {
    const findings = JSON.parse((await inFolder('findings', '--format', 'json')).stdout)
    const report = await json()
    const parts = (each: { instanceId: string; ruleId: string; status: string; evidence: object[] }) =>
      [each.instanceId, each.ruleId, each.status, each.evidence] as const
    expect(report.findings.map(parts)).toEqual(findings.map(parts))
    expect(
      report.population.map((each: { instanceId: string; state: string }) => [each.instanceId, each.state]),
    ).toEqual([
      ...[
        ['i-00000001', 'assessed'],
        ['i-00000002', 'assessed'],
        ['i-00000003', 'unreachable'],
      ],
    ])
    expect(report.population[2].cluster).toBe('orchard')
  })

  it('is about a past moment, with the piece of evidence that decided then', async () => {
    const control = ['--control', '2.3']
    const then = await json('--at', between, ...control)
    expect(then.findings[0]).toMatchObject({
      ...{ status: 'FAIL', reason: 'AUTO_TLS_ENABLED' },
      evidence: [{ source: 'process', text: '--auto-tls=true' }],
    })
    const now = await json(...control)
    expect(now.findings[0]).toMatchObject({ status: 'PASS', previousStatus: 'FAIL' })
    expect(now.controls).toMatchObject([{ control: '2.3', pass: 2, fail: 0 }])
    const period = await json('--from', between, ...control)
    expect(period.changes).toMatchObject([{ instanceId: 'i-00000001', from: 'FAIL', to: 'PASS' }])
    const asff = JSON.parse((await inFolder('report', '--format', 'asff', ...control)).stdout)
    expect(asff[0]).toMatchObject({ Compliance: { Status: 'PASSED' }, RecordState: 'ACTIVE' })
    expect(asff[0].CreatedAt < between && asff[0].UpdatedAt > between).toBe(true)
  })

  it('counts the exit code as `findings` does', async () => {
    expect((await inFolder('report', '--control', '2.3', '--at', between)).code).toBe(1)
    expect((await inFolder('report', '--control', '2.3')).code).toBe(3)
    expect((await inFolder('report', '--control', '2.3', '--cluster', 'harbour')).code).toBe(0)
  })

  it('draws the same sample again by its seed, and judges it again', async () => {
    const drawn = async (...args: string[]) => (await json('--sample', '5', ...args)).sample
    const first = await drawn('--seed', '11')
    expect(first).toMatchObject({ seed: 11, size: 5, of: 12 })
    expect(first.items).toHaveLength(5)
    for (const item of first.items) expect(item.again.agrees).toBe(true)
    expect(await drawn('--seed', '11')).toEqual(first)
    const chosen = await drawn()
    expect(await drawn('--seed', String(chosen.seed))).toEqual(chosen)
  })

  it('gives a page from which a verdict is reproduced as the page says', async () => {
    const { stdout: page } = await inFolder('report', '--at', between, '--control', '2.3', '--seed', '1')
    const article = page
      .slice(page.indexOf('id="sample"'))
      .split('<article>')
      .find((each) => each.includes('i-00000001'))
    const [, hash] = /<code>([0-9a-f]{64})<\/code>/.exec(article ?? '') ?? []
    const [, box = ''] = /<pre [^>]*>(.*?)<\/pre>/s.exec(article ?? '') ?? []
    const text = box.replaceAll('&quot;', '"').replaceAll('&#39;', "'").replaceAll('&amp;', '&')
    expect(
      createHash('sha256')
        .update(JSON.stringify(JSON.parse(text)))
        .digest('hex'),
    ).toBe(hash)
    writeFileSync(join(folder, 'evidence.json'), text)
    const judged = await fleetScanner(['evaluate', 'evidence.json', '--rule', RULE], { cwd: folder })
    expect(judged.stdout).toContain('AUTO_TLS_ENABLED')
    const verified = await inFolder('evidence', 'verify', '--instance', 'i-00000001', '--rule', RULE)
    expect(verified.code).toBe(0)
  })

  it('writes nothing where no scan had ended', async () => {
    const { code, stdout, stderr } = await inFolder('report', '--at', before, '--output', 'none.html')
    expect({ code, stdout }).toEqual({ code: 3, stdout: '' })
    expect(stderr).toMatch(/no scan of the whole fleet had ended yet; nothing is written\n$/)
    expect(existsSync(join(folder, 'none.html'))).toBe(false)
  })

  it.each([
    [['--format', 'pdf'], /Allowed choices/],
    [['--at', '24h', '--to', '24h'], /give one of them/],
    [['--to', '1m'], /--from/],
    [['--from', '2026-02-31'], /--from does not know/],
    [['--from', '1m', '--to', '2026-01-01'], /begins .* after it has ended/],
    [['--to', '2999-01-01', '--from', '1d'], /--to 2999-01-01 has not come yet/],
    [['--sample', 'all'], /--sample does not know "all"/],
    [['--format', 'csv', '--sample', '3'], /csv has no place for raw evidence/],
  ])('refuses %j', async (args, says) => {
    const { code, stdout, stderr } = await inFolder('report', ...args)
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toMatch(says)
  })

  it('keeps its formats to itself', async () => {
    const { code, stderr } = await inFolder('findings', '--format', 'sarif')
    expect(stderr).toBe('fleet-scanner: --format sarif is for report; here it is table, json, jsonl\n')
    expect(code).toBe(2)
  })
})

describe('report of a deployed stack', () => {
  let account: Account
  beforeAll(async () => {
    const fleet = await loadFleet(join(folder, 'fleet.yaml'))
    account = await startAccount({ dataDir: join(folder, 'stack'), fleet })
  })
  afterAll(() => account.stop())

  it('reads with the caller’s own credentials', async () => {
    const onStack = (...args: string[]) =>
      fleetScanner([...args, '--stack', account.stack], { cwd: folder, env: account.environment })
    await onStack('scan')
    const { code, stdout } = await onStack('report', '--format', 'json', '--control', '2.3')
    expect(JSON.parse(stdout)).toMatchObject({
      coverage: { total: 3, assessed: 2 },
      findings: [{ instanceId: 'i-00000001' }, { instanceId: 'i-00000002' }],
      sample: { items: [{ again: { agrees: true } }, { again: { agrees: true } }] },
    })
    expect(code).toBe(3)
  })
})
