import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { evidence, fleetScanner, type Run } from './command.ts'

/** Passes every rule. */
const TLS = [
  '--cert-file=/pki/s.crt',
  '--key-file=/pki/s.key',
  '--client-cert-auth',
  '--peer-cert-file=/pki/p.crt',
  '--peer-key-file=/pki/p.key',
  '--peer-client-cert-auth',
  '--listen-client-urls=https://127.0.0.1:2379',
  '--advertise-client-urls=https://127.0.0.1:2379',
]
const FLEET = `instances:
  - id: i-00000001
    tags: { kubernetes.io/cluster/blue: owned }
    recording: one.json
  - id: i-00000002
    recording: two.json
  - id: i-00000003
    prints: "\\e[2J<script>PASS</script>"
  - id: i-00000004
    offline: true
  - id: i-00000005
    unmanaged: true
  - id: i-00000006
    state: stopped
`

let folder: string
const record = (name: string, ...args: string[]) =>
  writeFileSync(join(folder, name), JSON.stringify(evidence(`recorded-${name}`, ...args)))
const inFolder = (...args: string[]): Promise<Run> => fleetScanner(args, { cwd: folder })
const scan = (...args: string[]) => inFolder('scan', '--local', '--fleet', 'fleet.yaml', ...args)

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'fleet-scanner-scan-'))
  writeFileSync(join(folder, 'fleet.yaml'), FLEET)
  record('one.json', ...TLS)
  record('two.json', ...TLS, '--auto-tls=true')
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe('a local scan, and what one can ask after it', () => {
  it('shows findings, coverage by name, and the digest that was sent', async () => {
    const { code, stdout, stderr } = await scan()
    expect(stdout).toMatch(/FAIL +i-00000002/)
    expect(stdout).toMatch(/ERROR +i-00000003/)
    expect(stdout).toMatch(/PASS +i-00000001/)
    const coverage = stdout.split('\n').find((line) => line.startsWith('coverage: ')) ?? ''
    expect(coverage).toMatch(/of 5 assessed; not assessed: .*i-00000004/)
    expect(coverage).toMatch(/1 unmanaged \(i-00000005/)
    expect(coverage).toMatch(/not counted: 1 stopped \(i-00000006/)
    expect(stdout).toContain('the digest, as it was sent:\n  | Subject: ')
    expect(stderr).toMatch(/\d of \d instances have answered/)
    // biome-ignore lint/suspicious/noControlCharactersInRegex: this character is what is looked for
    expect(stdout + stderr).not.toMatch(/\u001b/)
    expect(code).toBe(1)
  })

  it('sends nothing where nothing changed, and one digest where one node did', async () => {
    const same = await scan()
    expect(same.stdout).toContain('nothing changed since the last scan, so nothing was sent')
    expect(same.stdout).toMatch(/FAIL +i-00000002/)
    record('two.json', ...TLS)
    const { code, stdout } = await scan('--format', 'json')
    const report = JSON.parse(stdout)
    expect(report.digests).toHaveLength(1)
    expect(report.digests[0].text).toContain('i-00000002')
    const ofRule = report.findings.filter(({ control }: { control: string }) => control === '2.3')
    expect(ofRule.map(({ status }: { status: string }) => status).sort()).toEqual(['ERROR', 'PASS', 'PASS'])
    expect(report.notAssessed).toContainEqual(
      expect.objectContaining({ instanceId: 'i-00000005', state: 'unmanaged' }),
    )
    expect(report.scan).toMatchObject({ status: 'closed', changes: 1 })
    expect(stdout).not.toContain('<')
    expect(code).toBe(3)
  })

  it('lists findings by filter, and always says what was not assessed', async () => {
    const table = await inFolder('findings', '--local', '--status', 'PASS', '--instance', 'i-00000002')
    expect(table.stdout).toMatch(/PASS +i-00000002/)
    expect(table.stdout).toContain('6 findings: 6 PASS')
    expect(table.stdout).toContain('i-00000004')
    expect(table.code).toBe(3)
    const errors = ['--status', 'error', '--control', '2.3', '--format', 'jsonl']
    const { stdout, stderr } = await inFolder('findings', '--local', ...errors)
    expect(JSON.parse(stdout)).toMatchObject({ instanceId: 'i-00000003', status: 'ERROR' })
    expect(stderr).toContain('coverage: ')
    const none = await inFolder('findings', '--local', '--account', '999999999999', '--format', 'json')
    expect(JSON.parse(none.stdout)).toEqual([])
  })

  it('tells the history of an instance, oldest first', async () => {
    const { code, stdout } = await inFolder(
      'history',
      '--local',
      '--instance',
      'i-00000002',
      '--control',
      '2.3',
      '--format',
      'jsonl',
    )
    const changes = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(changes.map(({ from, to }) => [from, to])).toEqual([
      [undefined, 'FAIL'],
      ['FAIL', 'PASS'],
    ])
    expect(code).toBe(0)
    const table = await inFolder('history', '--local', '--instance', 'i-00000002', '--since', '1h')
    expect(table.stdout).toContain('new -> FAIL')
    expect(table.stdout).toContain('FAIL -> PASS')
  })

  it('lists the scans, newest first, and those that changed a finding', async () => {
    const all = JSON.parse((await inFolder('scans', '--local', '--format', 'json')).stdout)
    expect(all.map(({ changes }: { changes: number }) => changes)).toEqual([1, 0, 18])
    const changed = JSON.parse(
      (await inFolder('scans', '--local', '--status', 'FAIL', '--format', 'json')).stdout,
    )
    expect(changed).toEqual([all[2]])
    expect((await inFolder('scans', '--local')).stdout).toContain(all[0].scanId)
    expect(
      JSON.parse((await inFolder('scans', '--local', '--since', '2999-01-01', '--format', 'json')).stdout),
    ).toEqual([])
  })

  it('writes its results to a file, and then says the rest on stderr', async () => {
    const { stdout, stderr } = await scan('--output', 'report.jsonl', '--format', 'jsonl')
    expect(stdout).toBe('')
    expect(stderr).toContain('coverage: ')
    expect(readFileSync(join(folder, 'report.jsonl'), 'utf8').trim().split('\n')).toHaveLength(18)
  })

  it('names file and line of a fleet or configuration that is wrong', async () => {
    writeFileSync(join(folder, 'wrong.yaml'), 'instances:\n  - id: i-00000001\n    offlin: true\n')
    const fleet = await inFolder('scan', '--local', '--fleet', 'wrong.yaml')
    expect(fleet).toMatchObject({ code: 2, stdout: '' })
    expect(fleet.stderr).toMatch(/wrong\.yaml:3: /)
    const config = await scan('--config', 'wrong.yaml')
    expect(config).toMatchObject({ code: 2, stdout: '' })
    expect(config.stderr).toContain('wrong.yaml:')
  })

  it('ends the demo well though its sample fleet fails, and says what to try next', async () => {
    const { code, stdout } = await inFolder('demo', '--data', 'demo')
    expect(stdout).toMatch(/^FAIL /m)
    expect(stdout).toContain('published one digest')
    expect(stdout).toContain('What to try next')
    expect(code).toBe(0)
  })
})
