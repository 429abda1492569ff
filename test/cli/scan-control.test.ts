import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { evidence, fleetScanner, type Run } from './command.ts'

const GOOD = 'i-0000000a'
const BAD = 'i-0000000b'
const ENTRIES = {
  good: `  - { id: ${GOOD}, tags: { cluster: blue }, recording: good.json }\n`,
  bad: `  - { id: ${BAD}, recording: bad.json }\n`,
  optedOut: '  - { id: i-0000000c, tags: { "fleet-scanner:exclude": "true" }, recording: bad.json }\n',
  offline: '  - { id: i-0000000d, offline: true }\n',
}

let folder: string
const inFolder = (...args: string[]): Promise<Run> => fleetScanner(args, { cwd: folder })
const write = (name: string, entries: string[]) =>
  writeFileSync(join(folder, name), `instances:\n${entries.join('')}`)
const scan = (...args: string[]) => inFolder('scan', '--local', '--fleet', 'fleet.yaml', ...args)
const json = ({ stdout }: Run) => JSON.parse(stdout)
/** One rule is enough to follow a finding. */
const ONE_RULE = ['--rule', 'etcd-auto-tls-disabled']

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'fleet-scanner-control-'))
  writeFileSync(join(folder, 'good.json'), JSON.stringify(evidence('good')))
  writeFileSync(join(folder, 'bad.json'), JSON.stringify(evidence('bad', '--auto-tls=true')))
  write('fleet.yaml', Object.values(ENTRIES))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe('a scan that only says what it would do', () => {
  it('names instances, document and states, by target, and leaves nothing behind', async () => {
    const { code, stdout, stderr } = await scan('--dry-run')
    expect(stdout).toMatch(/^document FleetScanner-Collect-[0-9a-f]{12}, collector [0-9a-f]{64}$/m)
    expect(stdout).toContain('000000000000/eu-central-1\n')
    expect(stdout).toMatch(new RegExp(`gets it +${GOOD} +blue +first, as canary`))
    expect(stdout).toMatch(/excluded +i-0000000c +fleet-scanner:exclude/)
    expect(stdout).toMatch(/unreachable +i-0000000d +ConnectionLost/)
    expect(stdout).toContain('2 instances of 1 target would get it')
    expect(stderr).toContain('nothing was sent')
    expect(existsSync(join(folder, '.fleet-scanner'))).toBe(false)
    expect(code).toBe(0)
  })

  it('is JSON for programs, an instance a line in JSON Lines', async () => {
    expect(json(await scan('--dry-run', '--format', 'json'))).toMatchObject({
      status: 'planned',
      targets: [{ account: '000000000000', canary: GOOD, toScan: [{ cluster: 'blue' }, {}] }],
    })
    const { stdout } = await scan('--dry-run', '--instance', BAD, '--format', 'jsonl')
    expect(stdout.trim().split('\n')).toHaveLength(1)
    expect(JSON.parse(stdout)).toMatchObject({ instanceId: BAD, state: 'to-scan', canary: true })
  })
})

describe('instances that are left out, left alone, or gone', () => {
  it('counts an opted-out instance as excluded, and sends it nothing', async () => {
    const { stdout } = await scan()
    expect(stdout).toMatch(
      /coverage: 2 of 3 assessed; .*not counted: 1 excluded \(i-0000000c fleet-scanner:exclude\)/,
    )
    expect(stdout).not.toMatch(/FAIL +i-0000000c/)
  })

  it('scans one instance alone, and coverage stays that of the fleet', async () => {
    write('fleet.yaml', [ENTRIES.good])
    const { code, stdout } = await scan('--instance', GOOD)
    expect(stdout).toContain('coverage: 1 of 1 assessed')
    expect(stdout).not.toContain(BAD)
    expect(stdout).toContain('nothing changed')
    expect(code).not.toBe(2)
    const findings = await inFolder('findings', '--local', ...ONE_RULE)
    expect(findings.stdout).toMatch(new RegExp(`FAIL +${BAD}`))
    expect(findings.stdout).toContain('coverage: 2 of 3 assessed')
    const none = await scan('--instance', 'i-0000dead')
    expect(none.stdout).toContain('i-0000dead: no target has an instance of this id')
    expect(none.code).toBe(3)
    expect(await scan('--instance', 'a b')).toMatchObject({ code: 2, stdout: '' })
  })

  it('says since when a finding is stale, and why', async () => {
    write('fleet.yaml', [ENTRIES.good, `  - { id: ${BAD}, offline: true }\n`])
    await scan()
    const { stdout } = await inFolder('findings', '--local', '--status', 'FAIL', ...ONE_RULE)
    expect(stdout).toMatch(/stale +unreachable since \d{4}-\d\d-\d\d \d\d:\d\dZ; last assessed \d{4}-/)
    const [stale] = json(
      await inFolder('findings', '--local', '--status', 'FAIL', ...ONE_RULE, '--format', 'json'),
    )
    expect(stale).toMatchObject({ instanceId: BAD, coverage: 'unreachable' })
    expect(stale.coverageSince > stale.assessedAt).toBe(true)
  })

  it('closes what a terminated instance failed in, tells so, and calls it no recovery', async () => {
    write('fleet.yaml', [ENTRIES.good, `  - { id: ${BAD}, state: terminated }\n`])
    const { stdout } = await scan()
    expect(stdout).toContain('left the fleet unmended')
    expect(stdout).not.toMatch(/recovered/i)
    expect(stdout).toMatch(new RegExp(`1 retired \\(${BAD} terminated\\)`))
    const open = await inFolder('findings', '--local', '--format', 'json')
    expect(json(open).map(({ instanceId }: { instanceId: string }) => instanceId)).not.toContain(BAD)
    const named = await inFolder('findings', '--local', '--instance', BAD, ...ONE_RULE)
    expect(named.stdout).toMatch(/closed +retired since .*; this was the last verdict/)
    expect(named.code).not.toBe(1)
    const history = await inFolder('history', '--local', '--instance', BAD, ...ONE_RULE)
    expect(history.stdout).toMatch(/new -> FAIL/)
    expect(history.stdout).toMatch(/FAIL -> retired/)
  })

  it('opens it again should the instance come back', async () => {
    write('fleet.yaml', [ENTRIES.good, ENTRIES.bad])
    const { stdout } = await scan()
    expect(stdout).toMatch(new RegExp(`FAIL +${BAD}`))
    expect(stdout).toMatch(/Subject: fleet-scanner: \d+ failing/)
  })
})

describe('a scan that is under way', () => {
  it('refuses a second one, can be listed and cancelled from elsewhere, and then says so', async () => {
    write('slow.yaml', [ENTRIES.good, '  - { id: i-0000000e, silent: true }\n'])
    const started = Date.now()
    const running = inFolder('scan', '--local', '--fleet', 'slow.yaml', '--data', 'slow')
    const open = await openScan('slow')

    const second = await inFolder('scan', '--local', '--fleet', 'slow.yaml', '--data', 'slow')
    expect(second).toMatchObject({ code: 2, stdout: '' })
    expect(second.stderr).toMatch(/another fleet-scanner \(pid \d+\) scans with slow/)

    const cancel = await inFolder('scan', '--local', '--cancel', open, '--data', 'slow')
    expect(cancel.stdout).toMatch(new RegExp(`^scan ${open} is cancelled; [12] commands? w`))
    expect(cancel.code).toBe(0)
    const { code, stdout } = await running
    expect(Date.now() - started).toBeLessThan(60_000)
    expect(stdout).toContain('cancelled before its end')
    expect(code).not.toBe(0)
    const [record] = json(await inFolder('scans', '--local', '--data', 'slow', '--format', 'json'))
    expect(record).toMatchObject({ scanId: open, status: 'cancelled' })

    const again = await inFolder('scan', '--local', '--cancel', open, '--data', 'slow')
    expect(again).toMatchObject({ code: 2, stdout: '' })
    expect(again.stderr).toContain('has already ended (cancelled)')
  })

  it('cannot be cancelled where there is none', async () => {
    const none = await inFolder('scan', '--local', '--cancel', 'nothing')
    expect(none).toMatchObject({ code: 2, stdout: '' })
    expect(none.stderr).toContain('there is no scan nothing')
    expect(await scan('--cancel', 'nothing')).toMatchObject({ code: 2 })
    expect(await inFolder('scan', '--stack', 'x', '--cancel', 'nothing')).toMatchObject({ code: 2 })
  })
})

/** The id of the scan that has just begun to wait for answers. */
const openScan = async (data: string): Promise<string> => {
  for (let tries = 0; tries < 60; tries++) {
    const scans = await inFolder('scans', '--local', '--data', data, '--format', 'json')
    const open =
      scans.code === 0 ? json(scans).find(({ status }: { status: string }) => status === 'open') : undefined
    if (open) return open.scanId
    await sleep(200)
  }
  throw new Error('no scan has begun')
}
