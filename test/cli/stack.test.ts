import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { GetScheduleCommand, SchedulerClient } from '@aws-sdk/client-scheduler'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { withDeployment } from '../../cli/deployment.ts'
import { startExecution } from '../../cli/executions.ts'
import { cancelStackScan } from '../../cli/stack-cancel.ts'
import { type Account, startAccount } from '../../local/account.ts'
import { loadFleet } from '../../local/fleet.ts'
import { fleetScanner, type Run } from './command.ts'

const NODES = join(import.meta.dirname, '../../samples/nodes')
const GOOD = 'i-0000000a'
const BAD = 'i-0000000b'
/** Answers late: for what happens while a scan is under way. */
const SLOW = 'i-0000000c'
const SLOW_SECONDS = 8
const FLEET = `instances:
  - { id: ${GOOD}, tags: { cluster: harbour }, recording: good.json }
  - { id: ${BAD}, tags: { cluster: harbour }, recording: bad.json }
  - { id: ${SLOW}, region: eu-west-1, recording: good.json, delaySeconds: ${SLOW_SECONDS} }
  - { id: i-0000000d, region: eu-west-1, offline: true }
`
/** Looks for answers seldom enough that a scan does not see at once that it was cancelled. */
const CONFIG = `name: etcd-watch
targets:
  - account: "000000000000"
    regions: [eu-central-1, eu-west-1]
    selectors: [{ "fleet-scanner:fleet": local }]
commandTimeoutSeconds: 30
poll: { firstSeconds: 3, longestSeconds: 3 }
`

let folder: string
let account: Account

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fleet-scanner-stack-'))
  await cp(join(NODES, 'kubeadm.json'), join(folder, 'good.json'))
  await cp(join(NODES, 'kubeadm-auto-tls.json'), join(folder, 'bad.json'))
  await writeFile(join(folder, 'fleet.yaml'), FLEET)
  const fleet = await loadFleet(join(folder, 'fleet.yaml'))
  const configFile = join(folder, 'fleet-scanner.yaml')
  await writeFile(configFile, CONFIG)
  account = await startAccount({ dataDir: join(folder, 'data'), fleet, configFile })
})
afterAll(async () => {
  await account.stop()
  await rm(folder, { recursive: true, force: true })
})

/** The command in a process of its own, which has AWS's variables and nothing else to find the account by. */
const onStack = (...args: string[]): Promise<Run> =>
  fleetScanner([...args, '--stack', account.stack], { cwd: folder, env: account.environment })
const json = ({ stdout }: Run) => JSON.parse(stdout)
const openScan = async (): Promise<string> => {
  for (let tries = 0; tries < 60; tries++) {
    const scans = await onStack('scans', '--format', 'json')
    const open = json(scans).find(({ status }: { status: string }) => status === 'open')
    if (open) return open.scanId
    await sleep(200)
  }
  throw new Error('no scan has begun')
}

describe('a deployed stack', () => {
  it('says what a scan would do, and does nothing of it', async () => {
    const { code, stdout, stderr } = await onStack('scan', '--dry-run')
    expect(stdout).toMatch(/^document FleetScanner-Collect-[0-9a-f]{12}, collector [0-9a-f]{64}$/m)
    expect(stdout).toMatch(new RegExp(`gets it +${SLOW}`))
    expect(stdout).toMatch(/unreachable +i-0000000d/)
    expect(stderr).toContain('nothing was sent')
    expect(code).toBe(0)
    const one = await onStack('scan', '--dry-run', '--instance', BAD, '--format', 'json')
    expect(json(one).targets).toMatchObject([{ toScan: [{ instanceId: BAD }] }, { toScan: [] }])
    expect((await onStack('scans')).stdout).not.toMatch(/open|closed/)
  })

  it('starts a scan, follows it to its end, and shows what was found and sent', async () => {
    const { code, stdout, stderr } = await onStack('scan')
    expect(stderr).toMatch(/^scan \d{8}T\d{6}Z of stack etcd-watch has been started$/m)
    expect(stderr).toMatch(/^3 of 3 instances have answered$/m)
    expect(stdout).toMatch(new RegExp(`FAIL +eu-central-1/${BAD}`))
    expect(stdout).toMatch(/coverage: 3 of 4 assessed; not assessed: .*i-0000000d/)
    expect(stdout).toContain('the digest, as it was sent:\n  | Subject: ')
    expect(stdout).toContain(BAD)
    expect(code).toBe(1)
    const one = await onStack('scan', '--instance', GOOD, '--format', 'json')
    expect(json(one)).toMatchObject({ scan: { status: 'closed', only: [GOOD] }, digests: [] })
  })

  it('answers every question that the embedded account answers', async () => {
    const findings = await onStack('findings', '--status', 'FAIL', '--control', '2.3', '--format', 'json')
    expect(json(findings)).toMatchObject([{ instanceId: BAD, control: '2.3' }])
    expect(findings.code).toBe(1)
    expect((await onStack('findings', '--at', '1m', '--instance', BAD)).code).toBe(3)
    const history = await onStack('history', '--instance', BAD, '--control', '2.3')
    expect(history.stdout).toContain('new -> FAIL')
    const scans = json(await onStack('scans', '--format', 'json'))
    expect(scans.map(({ status }: { status: string }) => status)).toEqual(['closed', 'closed'])
    const verified = await onStack('evidence', 'verify')
    expect(verified.code).toBe(0)
    expect(verified.stdout).toMatch(/\d/)
  })

  it('takes no file that the deployed scanner would not read', async () => {
    for (const option of ['--fleet', '--config'])
      expect(await onStack('scan', option, 'fleet.yaml')).toMatchObject({ code: 2, stdout: '' })
    expect((await onStack('scan', '--local')).stderr).toContain('give one of them')
  })
})

describe('a scan of a stack that is under way', () => {
  it('goes on after Ctrl-C, which says how to follow and cancel it; a second is refused meanwhile', async () => {
    let interrupt = () => {}
    const followed = fleetScanner(['scan', '--instance', SLOW, '--stack', account.stack], {
      env: account.environment,
      onStart: (stop) => {
        interrupt = stop
      },
    })
    const scanId = await openScan()
    const second = await onStack('scan', '--instance', GOOD)
    expect(second).toMatchObject({ code: 2, stdout: '' })
    expect(second.stderr).toContain(`scan ${scanId} is still open`)
    interrupt()
    const { code, stdout, stderr } = await followed
    expect(code).toBe(130)
    expect(stdout).toBe('')
    expect(stderr).toContain(`fleet-scanner scan --stack etcd-watch --cancel ${scanId}`)
    const [newest] = json(await onStack('scans', '--format', 'json'))
    expect(newest).toMatchObject({ scanId, status: 'open' })

    const cancelled = await onStack('scan', '--cancel', scanId)
    expect(cancelled.stdout).toBe(
      `scan ${scanId} is cancelled; 1 command was called back; its execution has ended\n`,
    )
    expect(cancelled.code).toBe(0)
    const again = await onStack('scan', '--cancel', scanId)
    expect(again).toMatchObject({ code: 2, stdout: '' })
    expect(again.stderr).toMatch(/has already ended \(cancelled\); fleet-scanner scans --stack etcd-watch/)
    expect((await onStack('scan', '--cancel', 'nothing')).stderr).toContain('there is no scan nothing')
    expect((await onStack('scan', '--cancel', 'a b')).code).toBe(2)
  })

  it('is stopped where it does not end by itself, and its commands are called back before', async () => {
    const globals = { stack: account.stack, data: '', format: 'table', color: false } as const
    // The account has led this process to itself.
    await withDeployment(globals, async (deployment) => {
      const scanId = '20260131T120000Z'
      // As Scheduler does, whose times are no names that Lambda takes.
      await startExecution(deployment, 'd32c5kddcf5bb8c3', {
        scheduledTime: '2026-01-31T12:00:00Z',
        only: [SLOW],
      })
      while ((await deployment.store.sentCommands(scanId)).length === 0) await sleep(100)
      const answer = await cancelStackScan(deployment, scanId, 0)
      expect(answer).toEqual({ scanId, status: 'cancelled', commands: 1, errors: [], execution: 'stopped' })
      // Longer than it would have taken to look and close.
      await sleep(5000)
      const record = await deployment.store.scan(scanId)
      expect(record).toMatchObject({ status: 'cancelled' })
      expect(record?.coverage).toBeUndefined()
    })
    // The lock is free.
    expect((await onStack('scan', '--instance', GOOD)).code).not.toBe(2)
  })
})

describe('the schedule of a stack', () => {
  it('is paused and resumed, keeps everything else, and says what it was and is', async () => {
    const client = new SchedulerClient({ maxAttempts: 1 })
    const schedule = async () => {
      const { $metadata: _of, ...found } = await client.send(
        new GetScheduleCommand({ Name: 'etcd-watch-scan' }),
      )
      return found
    }
    const before = await schedule()
    expect(before.State).toBe('ENABLED')
    const paused = await onStack('pause')
    expect(paused.stdout).toBe('schedule etcd-watch-scan (rate(1 day), UTC) was running, and is paused now\n')
    expect(await schedule()).toEqual({ ...before, State: 'DISABLED' })
    expect((await onStack('pause')).stdout).toContain('already was paused; nothing was changed')
    const resumed = await onStack('resume', '--format', 'json')
    expect(json(resumed)).toMatchObject({ stack: 'etcd-watch', was: 'paused', is: 'running' })
    expect(await schedule()).toEqual(before)
    client.destroy()
  })

  it('is nothing that the embedded account has', async () => {
    for (const command of ['pause', 'resume'])
      expect(await fleetScanner([command, '--local'])).toMatchObject({ code: 2, stdout: '' })
  })
})
