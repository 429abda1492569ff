import { execFileSync } from 'node:child_process'
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import type { Finding } from '../../shared/findings/finding.ts'
import { evidence, fleetScanner } from './command.ts'

const GOOD = [
  '--cert-file=/pki/s.crt',
  '--key-file=/pki/s.key',
  '--client-cert-auth=true',
  '--trusted-ca-file=/pki/ca.crt',
  '--listen-client-urls=https://127.0.0.1:2379',
  '--advertise-client-urls=https://127.0.0.1:2379',
]
const good = evidence('i-good', ...GOOD)
const bad = evidence('i-bad', '--auto-tls=true')
const undecided = { ...good, instanceId: 'i-unknown', processes: null }

let folder: string
const file = (name: string, content: string): string => {
  const path = join(folder, name)
  writeFileSync(path, content)
  return path
}
const lines = (...values: object[]) => values.map((value) => `${JSON.stringify(value)}\n`).join('')
const statuses = (stdout: string): string[] =>
  stdout
    .trim()
    .split('\n')
    .flatMap((line) => (JSON.parse(line) as { findings: Finding[] }).findings.map(({ status }) => status))

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'fleet-scanner-cli-'))
})

describe('evaluate', () => {
  it('prints a line of JSON per evidence, with its instance and its findings', async () => {
    const { code, stdout, stderr } = await fleetScanner(
      ['evaluate', '--control', '2.3', '-', '--format', 'jsonl'],
      {
        stdin: lines(good, bad),
      },
    )
    expect(stderr).toBe('')
    const [first, second] = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(Object.keys(first)).toEqual(['instanceId', 'findings'])
    expect([first.instanceId, second.instanceId]).toEqual(['i-good', 'i-bad'])
    expect(second.findings[0]).toMatchObject({
      ruleId: 'etcd-auto-tls-disabled',
      control: '2.3',
      status: 'FAIL',
      reason: 'AUTO_TLS_ENABLED',
      evidence: [{ text: '--auto-tls=true' }],
    })
    expect(code).toBe(1)
  })

  it.each([
    ['0 where nothing fails', [good], 0],
    ['1 where something fails, whatever else could not be decided', [good, bad, undecided], 1],
    ['3 where nothing fails and something could not be decided', [good, undecided], 3],
  ])('ends with %s', async (_what, values, code) => {
    expect(
      await fleetScanner(['evaluate', '--control', '2.3', '-'], { stdin: lines(...values) }),
    ).toMatchObject({ code })
  })

  it('reads an object, an array, lines, and many files at once', async () => {
    const files = [
      file('one.json', JSON.stringify(good, null, 2)),
      file('array.json', JSON.stringify([bad, good])),
      file('lines.jsonl', lines(good, bad)),
    ]
    const { stdout } = await fleetScanner(['evaluate', '--control', '2.3', ...files, '--format', 'jsonl'])
    expect(statuses(stdout)).toEqual(['PASS', 'FAIL', 'PASS', 'PASS', 'FAIL'])
  })

  it('judges by every rule where none is named', async () => {
    const { stdout } = await fleetScanner(['evaluate', '-', '--format', 'jsonl'], { stdin: lines(good) })
    const { findings } = JSON.parse(stdout) as { findings: Finding[] }
    expect(findings.map(({ control }) => control).sort()).toEqual(['2.1', '2.2', '2.3', '2.4', '2.5', '2.6'])
  })

  it('prints an array with --format json', async () => {
    const { stdout } = await fleetScanner(['evaluate', '--control', '2.3', '-', '--format', 'json'], {
      stdin: lines(good, bad),
    })
    expect(JSON.parse(stdout)).toMatchObject([{ instanceId: 'i-good' }, { instanceId: 'i-bad' }])
  })

  it('shows the failing ones first in the table, with what proves them', async () => {
    const { stdout } = await fleetScanner(['evaluate', '--control', '2.3', '-'], { stdin: lines(good, bad) })
    expect(stdout).toMatch(/STATUS .*\nFAIL +i-bad +2\.3 +AUTO_TLS_ENABLED\n/)
    expect(stdout).toMatch(/proof +--auto-tls=true/)
    expect(stdout).toContain('2 findings: 1 FAIL, 1 PASS')
  })

  it('names the file in the table where the instance is not known', async () => {
    const manifest = file(
      'etcd.yaml',
      'apiVersion: v1\nkind: Pod\nmetadata: {name: etcd}\nspec:\n  containers:\n  - name: etcd\n    command: [etcd, --auto-tls=true]\n',
    )
    const { code, stdout } = await fleetScanner(['evaluate', '--control', '2.3', manifest])
    expect(stdout).toContain(manifest)
    expect(code).toBe(1)
  })

  it.each([
    [
      'with etcd',
      'root 1795 1581 1 11:37 ? 00:00:30 etcd --auto-tls=true\nroot 9 8 0 11:38 pts/0 00:00:00 grep etcd\n',
      1,
      ['FAIL'],
    ],
    ['without etcd: only the grep is there', 'root 9 8 0 11:38 pts/0 00:00:00 grep etcd\n', 3, ['ERROR']],
    ['without etcd: nothing is there', '', 3, ['ERROR']],
  ])("takes the audit's own ps through a pipe, on a host %s", async (_what, stdin, code, expected) => {
    const run = await fleetScanner(['evaluate', '--control', '2.3', '-', '--format', 'jsonl'], { stdin })
    expect(run.code).toBe(code)
    expect(statuses(run.stdout)).toEqual(expected)
    expect(Object.keys(JSON.parse(run.stdout))).toEqual(['findings'])
  })

  it('takes --as over what it would recognise', async () => {
    const { code, stdout } = await fleetScanner(
      ['evaluate', '--control', '2.3', '-', '--as', 'collector', '--format', 'jsonl'],
      {
        stdin: 'sh: collector: not found\n',
      },
    )
    expect(statuses(stdout)).toEqual(['ERROR'])
    expect(JSON.parse(stdout).findings[0].reason).toBe('ENVELOPE_MISSING')
    expect(code).toBe(3)
  })
})

describe('evaluate, given something else', () => {
  it('loses nothing by one broken line: it names it, judges the rest, and ends with 2', async () => {
    const path = file('broken.jsonl', `${lines(good)}{"schemaVersion": 1, oops\n\n${lines(bad)}`)
    const { code, stdout, stderr } = await fleetScanner([
      'evaluate',
      '--control',
      '2.3',
      path,
      '--format',
      'jsonl',
    ])
    expect(statuses(stdout)).toEqual(['PASS', 'FAIL'])
    expect(stderr).toContain(`${path}:2: this line is not JSON`)
    expect(code).toBe(2)
  })

  it.each([
    ['broken.json', '{\n  "schemaVersion": 1,\n  oops\n}', ':3:3: this JSON is broken'],
    ['cut.json', '{"schemaVersion": 1,\n"instanceId": "i-', ':2:'],
    ['other.json', '{"hello": 1}', 'not evidence'],
    ['newer.json', '{"schemaVersion": 2}', 'schemaVersion 2 is not known'],
    ['wrong.json', '{"schemaVersion": 1, "processes": [{"pid": "x", "argv": []}]}', 'processes.0.pid'],
    ['hello.txt', 'hello', '--as evidence|collector|ps|manifest'],
  ])('says in one line what is wrong with %s', async (name, content, word) => {
    const path = file(name, content)
    const { code, stdout, stderr } = await fleetScanner(['evaluate', '--control', '2.3', path])
    expect(code).toBe(2)
    expect(stdout).toBe('')
    expect(stderr).toContain(path)
    expect(stderr).toContain(word)
    expect(stderr.trim().split('\n')).toHaveLength(1)
  })

  it('names a file that is not there, and a folder', async () => {
    const { code, stderr } = await fleetScanner([
      'evaluate',
      '--control',
      '2.3',
      join(folder, 'missing'),
      folder,
    ])
    expect(code).toBe(2)
    expect(stderr).toContain('there is no such file')
    expect(stderr).toContain('this is a folder')
  })

  it('cannot be made to command a terminal or a page by a node', async () => {
    const evil = '\u001b[31m<script>alert(1)</script>\u009b2J\r\n'
    const hostile = {
      ...evidence(`i-${evil}`, `--name=${evil}`, '--auto-tls=true', evil),
      hostAddresses: [evil],
    }
    for (const format of ['table', 'json', 'jsonl']) {
      const { stdout, stderr } = await fleetScanner(
        ['evaluate', '--control', '2.3', '-', '--format', format],
        {
          stdin: JSON.stringify(hostile),
        },
      )
      expect(stdout).not.toBe('')
      // biome-ignore lint/suspicious/noControlCharactersInRegex: these characters are what is looked for
      expect(stdout + stderr).not.toMatch(/[\u001b\u009b\r]/)
      if (format !== 'table') expect(stdout).not.toContain('<')
    }
    const broken = await fleetScanner(['evaluate', '--control', '2.3', '-'], { stdin: `{${evil}` })
    expect(broken).toMatchObject({ code: 2, stdout: '' })
    expect(broken.stderr).not.toContain('\u001b')
  })
})

describe('--output', () => {
  it('writes the results to the file, and leaves nothing else behind', async () => {
    const dir = join(folder, 'out')
    mkdirSync(dir)
    const target = join(dir, 'result.jsonl')
    writeFileSync(target, 'old')
    symlinkSync(target, join(dir, 'link'))
    const run = await fleetScanner(
      ['evaluate', '--control', '2.3', '-', '--format', 'jsonl', '--output', join(dir, 'link')],
      {
        stdin: lines(bad),
      },
    )
    expect(run).toMatchObject({ code: 1, stdout: '' })
    expect(statuses(readFileSync(target, 'utf8'))).toEqual(['FAIL'])
    expect(readdirSync(dir).sort()).toEqual(['link', 'result.jsonl'])
  })

  it('refuses a place that cannot be written, before any work', async () => {
    for (const place of [folder, join(folder, 'no', 'such', 'folder')]) {
      const { code, stderr } = await fleetScanner(['evaluate', '--control', '2.3', '-', '--output', place], {
        stdin: lines(bad),
      })
      expect(code).toBe(2)
      expect(stderr).toContain(`--output ${place}`)
    }
  })

  it('writes into a pipe instead of replacing it', async () => {
    const pipe = join(folder, 'pipe')
    execFileSync('mkfifo', [pipe])
    const reading = readFile(pipe, 'utf8')
    await fleetScanner(['evaluate', '--control', '2.3', '-', '--output', pipe], { stdin: lines(bad) })
    expect(await reading).toContain('AUTO_TLS_ENABLED')
    expect(statSync(pipe).isFIFO()).toBe(true)
  })
})
