import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync, gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { evidence, fleetScanner, type Run } from './command.ts'

let folder: string
let scan: Run
let anchor: string
const run = (...args: string[]): Promise<Run> => fleetScanner(args, { cwd: folder })

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'fleet-scanner-evidence-'))
  writeFileSync(join(folder, 'node.json'), JSON.stringify(evidence('i-00000001', '--auto-tls=true')))
  writeFileSync(join(folder, 'fleet.yaml'), 'instances:\n  - { id: i-00000001, recording: node.json }\n')
  scan = await run('scan', '--local', '--fleet', 'fleet.yaml')
  anchor = /sealed as 1; keep its hash elsewhere: ([0-9a-f]{64})\n/.exec(scan.stderr)?.[1] ?? ''
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe('seals', () => {
  it('a scan says what it was sealed as, and the list of scans and the report say the same', async () => {
    expect(anchor).not.toBe('')
    const scans = await run('scans', '--local', '--format', 'json')
    expect(JSON.parse(scans.stdout)[0].seal).toEqual({ number: 1, hash: anchor })
    const report = await run('report', '--local', '--format', 'json')
    expect(JSON.parse(report.stdout).scan.seal).toEqual({ number: 1, hash: anchor })
  })

  it('evidence verify judges again and checks the seals; its JSON says both', async () => {
    const { code, stdout } = await run('evidence', 'verify', '--local', '--format', 'json')
    expect(JSON.parse(stdout)).toMatchObject({
      ...{ disagree: [], differ: [], unverifiable: [] },
      seals: { sealed: 1, head: { number: 1, hash: anchor }, problems: [], before: { scans: 0 } },
    })
    expect(code).toBe(0)
    const text = await run('evidence', 'verify', '--local', '--anchor', anchor)
    expect(text.stdout).toMatch(
      /\n1 seal: \d+ items checked, all hold\nthe anchor is in the chain: [0-9a-f]{64}\n/,
    )
    expect(text.code).toBe(0)
  })

  it('an anchor that no seal has is named, and the newest seal with it', async () => {
    const { code, stdout } = await run('evidence', 'verify', '--local', '--anchor', 'ab'.repeat(32))
    expect(stdout).toMatch(
      /^anchor (ab){32} {2}no seal has this hash: .* is 1, of scan \S+ \([0-9a-f]{64}\)\n/,
    )
    expect(code).toBe(1)
  })
})

describe('a bundle', () => {
  it('is exported, verified without the table, and names what was altered in it', async () => {
    const exported = await run('evidence', 'export', '--local', '--output', 'bundle.jsonl.gz')
    expect(exported).toMatchObject({ code: 0, stdout: '' })
    expect(exported.stderr).toContain(`evidence verify bundle.jsonl.gz --anchor ${anchor}\n`)
    rmSync(join(folder, '.fleet-scanner'), { recursive: true })
    const whole = await run('evidence', 'verify', 'bundle.jsonl.gz', '--anchor', anchor)
    expect(whole.stdout).toMatch(
      /^\d+ verdicts on 1 piece of evidence, judged again by engine \S+: \d+ agree\nthe bundle was made .* and holds everything\n1 seal: /,
    )
    expect(whole.code).toBe(0)

    const text = gunzipSync(readFileSync(join(folder, 'bundle.jsonl.gz'))).toString()
    writeFileSync(
      join(folder, 'altered.gz'),
      gzipSync(text.replaceAll('--auto-tls=true', '--auto-tls=false')),
    )
    const altered = await run('evidence', 'verify', 'altered.gz', '--anchor', anchor)
    expect(altered.stdout).toMatch(
      /evidence [0-9a-f]{64} of \S+i-00000001 {2}was changed: it does not match its hash/,
    )
    expect(altered.code).toBe(1)

    const dated = text.replace(/"exportedAt":"[^"]+"/, '"exportedAt":"2020-01-01T00:00:00.000Z"')
    writeFileSync(join(folder, 'dated.gz'), gzipSync(dated))
    const older = await run('evidence', 'verify', 'dated.gz', '--anchor', anchor)
    expect(older.stdout).toMatch(/seal 1 {2}was made on \S+, after the bundle says that it was/)
    expect(older.code).toBe(1)

    writeFileSync(join(folder, 'cut.gz'), readFileSync(join(folder, 'bundle.jsonl.gz')).subarray(0, 500))
    const cut = await run('evidence', 'verify', 'cut.gz')
    expect(cut).toMatchObject({ code: 2, stdout: '', stderr: expect.stringMatching(/cut\.gz is cut off/) })
  })

  it('takes no table beside it, nothing to restate, and no place on the terminal', async () => {
    const wrong = [
      ['verify', 'bundle.jsonl.gz', '--local'],
      ['verify', 'bundle.jsonl.gz', '--restate'],
      ['verify', 'bundle.jsonl.gz', '--anchor', 'abc'],
      ['export', '--local'],
    ]
    for (const { code, stdout } of await Promise.all(wrong.map((args) => run('evidence', ...args))))
      expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
  })
})
