import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { onStore } from '../../cli/local-store.ts'
import { buildProgram } from '../../cli/program.ts'
import { checkNoPush, pushRequestOf } from '../../cli/report-push-options.ts'
import { type Account, startAccount } from '../../local/account.ts'
import { type Fleet, loadFleet } from '../../local/fleet.ts'
import { evidence, fleetScanner, type Run } from './command.ts'

const [HARBOUR, ORCHARD, QUAY] = ['111122223333', '444455556666', '777788889999']
const FLEET = `instances:
  - { id: i-0000000a, account: ${HARBOUR}, region: eu-west-1, tags: { etcd: a, cluster: harbour }, recording: node.json }
  - { id: i-0000000b, account: ${HARBOUR}, region: us-east-1, tags: { etcd: b }, recording: good.json }
  - { id: i-0000000c, account: ${ORCHARD}, region: eu-west-1, tags: { etcd: c }, recording: good.json }
  - { id: i-0000000d, account: ${QUAY}, region: eu-west-1, tags: { etcd: d }, recording: good.json }
organization:
  - { id: ou-ab12-11112222, accounts: [${QUAY}] }
`
const TARGETS = `  - { account: ${HARBOUR}, regions: [eu-west-1, us-east-1], selectors: [{ etcd: "*" }] }
`
const CONFIG = `securityHub: { pushers: ["arn:aws:iam::${HARBOUR}:role/auditor"] }
deadlineMinutes: 2
commandTimeoutSeconds: 30
poll: { firstSeconds: 1, longestSeconds: 1 }
targets:
${TARGETS}  - { account: ${ORCHARD}, regions: [eu-west-1], selectors: [{ etcd: "*" }] }
  - { organizationalUnits: [ou-ab12-11112222], regions: [eu-west-1], selectors: [{ etcd: "*" }] }
`

let folder: string
let fleet: Fleet
let account: Account
const write = (name: string, text: string) => writeFileSync(join(folder, name), text)
const record = (name: string, argument: string) =>
  write(name, JSON.stringify(evidence('any', argument, '--listen-client-urls=https://10.0.0.1:2379')))

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'fleet-scanner-push-'))
  write('fleet.yaml', FLEET)
  write('fleet-scanner.yaml', CONFIG)
  write('old.yaml', `targets:\n${TARGETS}`)
  write(
    'part.yaml',
    `securityHub: { pushers: ["arn:aws:iam::${HARBOUR}:role/auditor"] }\ntargets:\n${TARGETS}`,
  )
  record('node.json', '--auto-tls=true')
  record('good.json', '--auto-tls=false')
  fleet = await loadFleet(join(folder, 'fleet.yaml'))
  fleet.securityHub = { off: [], rejects: [] }
  account = await startAccount({
    ...{ dataDir: join(folder, 'data'), fleet, configFile: join(folder, 'fleet-scanner.yaml') },
  })
})
afterAll(async () => {
  await account.stop()
  rmSync(folder, { recursive: true, force: true })
})

/** The command in this process, which has the account's environment: a process each would take most of the time. */
const push = async (...args: string[]): Promise<Run> => {
  const run: Run = { code: null, stdout: '', stderr: '' }
  const into = (name: 'stdout' | 'stderr') =>
    vi.spyOn(process[name], 'write').mockImplementation((text, done?: unknown) => {
      run[name] += text
      if (typeof done === 'function') done()
      return true
    })
  const spies = [into('stdout'), into('stderr')]
  const given = [
    ...COMMAND,
    '--stack',
    account.stack,
    '--config',
    join(folder, 'fleet-scanner.yaml'),
    ...args,
  ]
  const program = buildProgram((code) => {
    run.code = code
  })
  await program.parseAsync(given, { from: 'user' }).finally(() => {
    for (const spy of spies) spy.mockRestore()
  })
  return run
}
const COMMAND = ['report', '--push', 'security-hub']
const lines = ({ stdout }: Run) => stdout.trimEnd().split('\n')
const held = () => account.hubFindings()
const statusOf = (instance: string, rule = 'etcd-auto-tls-disabled') =>
  held().find(({ Id }) => Id.endsWith(`${instance}/${rule}`))?.Compliance?.Status

describe('report --push security-hub', () => {
  it('sends nothing where there was no scan yet', async () => {
    const { code, stdout, stderr } = await push()
    expect({ code, stdout }).toEqual({ code: 3, stdout: '' })
    expect(stderr).toMatch(/no scan of the whole fleet had ended yet; nothing is sent\n$/)
  })

  it('says what it would send, and sends nothing of it', async () => {
    await account.runScan({})
    const run = await push('--dry-run')
    expect(lines(run)).toEqual([
      ...[`${HARBOUR}/eu-west-1`, `${HARBOUR}/us-east-1`, `${ORCHARD}/eu-west-1`, `${QUAY}/eu-west-1`].map(
        (place) => `${place}: 6 would be sent (6 new), 0 unchanged`,
      ),
      'Security Hub: 24 would be sent',
    ])
    expect(run.code).toBe(0)
    expect(held()).toEqual([])
  })

  it('sends every finding in the account and region that it is of, those that pass too', async () => {
    const run = await push()
    expect(run.code).toBe(0)
    expect(lines(run).at(-1)).toBe('Security Hub: 24 sent')
    expect(held()).toHaveLength(24)
    // Security Hub itself refuses what is of another account or region than the request.
    expect(new Set(held().map(({ ProductArn }) => ProductArn.split(':').slice(3, 5).join(' ')))).toEqual(
      new Set([`eu-west-1 ${HARBOUR}`, `us-east-1 ${HARBOUR}`, `eu-west-1 ${ORCHARD}`, `eu-west-1 ${QUAY}`]),
    )
    expect([statusOf('i-0000000a'), statusOf('i-0000000b')]).toEqual(['FAILED', 'PASSED'])
  })

  it('sends what changed since, and nothing else; what is rejected it names, and tries again', async () => {
    record('node.json', '--auto-tls=false')
    await account.runScan({})
    fleet.securityHub?.rejects.push('i-0000000a/etcd-auto-tls-disabled')
    const refused = await push()
    expect(lines(refused)).toContain(
      `  rejected fleet-scanner/${HARBOUR}/eu-west-1/i-0000000a/etcd-auto-tls-disabled: InvalidInput: the embedded account was told to reject it`,
    )
    expect(lines(refused).at(-1)).toMatch(/^Security Hub: \d+ sent, 1 rejected$/)
    expect(refused.code).toBe(3)
    expect(statusOf('i-0000000a')).toBe('FAILED')

    fleet.securityHub?.rejects.pop()
    const taken = await push('--format', 'json')
    const { kind, targets } = JSON.parse(taken.stdout)
    const summed = targets.map(({ sent, unchanged }: { sent: { changed: number }; unchanged: number }) => [
      ...[sent.changed, unchanged],
    ])
    expect({ kind, summed }).toEqual({
      kind: 'fleet-scanner/push',
      summed: [...[[1, 5]], ...[[0, 6]], ...[[0, 6]], ...[[0, 6]]],
    })
    expect(taken.code).toBe(0)
    expect(statusOf('i-0000000a')).toBe('PASSED')
  })

  it('goes on where a role is refused or Security Hub is off, and says in words what to mend', async () => {
    record('good.json', '--auto-tls=true')
    await account.runScan({})
    fleet.denied.push({ action: 'sts:AssumeRole', account: ORCHARD })
    fleet.denied.push({ action: 'securityhub:BatchImportFindings', account: QUAY })
    fleet.securityHub?.off.push({ account: HARBOUR, region: 'us-east-1' })
    const run = await push('--all')
    const role = (of: string) => `arn:aws:iam::${of}:role/fleet-scanner-member-security-hub`
    expect(run.stdout).toContain(`role ${role(ORCHARD)} could not be taken (the caller is not authorized`)
    expect(run.stdout).toContain(`role ${role(QUAY)} may not send findings (the caller is not authorized`)
    expect(run.stdout).toContain(
      `6 not sent: Security Hub takes no findings in account ${HARBOUR}, region us-east-1 (Account ${HARBOUR} is not subscribed to AWS Security Hub); enable it there`,
    )
    expect(lines(run)[0]).toBe(`${HARBOUR}/eu-west-1: 6 sent (6 refreshed), 0 unchanged`)
    expect(lines(run).at(-1)).toBe('Security Hub: 6 sent, 18 not sent')
    expect(run.code).toBe(3)
    fleet.denied.length = 0
    fleet.securityHub?.off.pop()
  })

  it('sends a part where that is asked for, and leaves the rest due', async () => {
    const run = await push('--account', ORCHARD, '--control', '2.3')
    expect(lines(run)[0]).toMatch(new RegExp(`^${ORCHARD}/eu-west-1: 1 sent \\(1 changed\\), 0 unchanged$`))
    expect([statusOf('i-0000000c'), statusOf('i-0000000d')]).toEqual(['FAILED', 'PASSED'])
    const { stdout, code } = await push('--config', join(folder, 'part.yaml'), '--dry-run')
    expect(stdout).toContain(
      `${QUAY} in eu-west-1 is no target of ${join(folder, 'part.yaml')}, so the role there is not known`,
    )
    expect(code).toBe(3)
    expect((await push()).code).toBe(0)
    expect(statusOf('i-0000000d')).toBe('FAILED')
  })

  it('goes on where what is sent cannot be kept, and sends nothing there', async () => {
    const refuse = Object.assign(new Error('not authorized to perform: dynamodb:PutItem'), {
      name: 'AccessDeniedException',
    })
    const send = DynamoDBDocumentClient.prototype.send
    const spy = vi.spyOn(DynamoDBDocumentClient.prototype, 'send').mockImplementation(function (
      this: DynamoDBDocumentClient,
      ...given: unknown[]
    ) {
      const [{ input }] = given as [{ input: { Item?: { pk: string } } }]
      if (input.Item?.pk.startsWith(`PUSH#${ORCHARD}`)) return Promise.reject(refuse)
      return Reflect.apply(send, this, given)
    })
    const before = held().filter(({ AwsAccountId }) => AwsAccountId === ORCHARD)
    const { code, stdout } = await push('--all').finally(() => spy.mockRestore())
    expect(stdout).toContain(
      '  6 not sent: what is sent cannot be kept in the table: not authorized to perform: dynamodb:PutItem; the rights that a push needs stand in docs/reports.md\n',
    )
    expect(stdout).toMatch(/^Security Hub: 18 sent, 6 not sent$/m)
    expect(code).toBe(3)
    expect(held().filter(({ AwsAccountId }) => AwsAccountId === ORCHARD)).toEqual(before)
  })

  it('says what it has sent and no scan looks at any more, and does not fail for it', async () => {
    const sent = { content: 'x', at: new Date().toISOString() }
    const lost = { account: ORCHARD, region: 'us-east-1' }
    await onStore(account.dynamodbUrl, async (store) => {
      await store.putTarget(lost, { inventoriedAt: sent.at, coverage: {} as never })
      await store.putPushed(lost, new Map([['fleet-scanner/lost', sent]]), new Map())
    })
    const { code, stdout } = await push()
    expect(stdout).toContain(
      `${ORCHARD}/us-east-1: 0 sent, 0 unchanged\n  1 left there as last sent: the last scan did not look at them.`,
    )
    expect(code).toBe(0)
    expect((await push('--account', ORCHARD)).stdout).not.toContain('us-east-1')
  })

  it('wants a configuration that has the role', async () => {
    await expect(push('--config', join(folder, 'old.yaml'))).rejects.toThrow(
      /old\.yaml: `securityHub` is missing, .*`pushers`/,
    )
  })

  it('is a command like the others, for the embedded account too', async () => {
    const args = [...COMMAND, '--local', '--fleet', 'fleet.yaml', '--config', 'fleet-scanner.yaml', '--all']
    const { code, stdout } = await fleetScanner([...args, '--data', 'data'], { cwd: folder })
    expect(stdout).toMatch(/^Security Hub: 24 sent$/m)
    expect(code).toBe(0)
    const none = await fleetScanner([...args, '--data', 'none'], { cwd: folder })
    expect(none.stderr).toBe(
      'fleet-scanner: there is no data in none yet; run fleet-scanner scan --local first\n',
    )
    expect(none.code).toBe(2)
  })
})

describe('the options of a push', () => {
  const globals = { local: true, data: 'x', format: 'table', color: true } as const
  const ask = (options: object, more: object = {}) =>
    pushRequestOf(
      { push: 'security-hub', config: 'c.yaml', ...options },
      { ...globals, ...more },
      new Date('2026-02-01T12:00:00Z'),
    )

  it.each<[object, object, RegExp]>([
    [{ push: 'guard-duty' }, {}, /--push does not know "guard-duty"; it takes security-hub/],
    [{ config: undefined }, {}, /--push needs --config fleet-scanner\.yaml/],
    [{ at: '24h' }, {}, /--at is for a report that is written/],
    [{ from: '24h' }, {}, /--from is for/],
    [{ to: '24h' }, {}, /--to is for/],
    [{ sample: '3' }, {}, /--sample is for/],
    [{ seed: '3' }, {}, /--seed is for/],
    [{ includeWaived: true }, {}, /--include-waived is for/],
    [{}, { output: 'x.json' }, /--output is for/],
    [{}, { format: 'csv' }, /--format csv is for .* table, json, jsonl/],
    [{ fleet: 'f.yaml' }, { local: false, stack: 's' }, /--fleet is .* --local/],
  ])('refuses %j %j', (options, more, says) => {
    expect(() => ask(options, more)).toThrow(says)
  })

  it('keeps the filters, and asks for the fleet as it stands', () => {
    expect(ask({ cluster: 'harbour', dryRun: true })).toEqual({
      question: {
        format: 'asff',
        at: '2026-02-01T12:00:00.000Z',
        isNow: true,
        scope: { cluster: ['harbour'] },
      },
      ...{ configFile: 'c.yaml', isDry: true, isAll: false },
    })
  })

  it.each([{ config: 'x' }, { fleet: 'x' }, { dryRun: true }, { all: true }])(
    '%o alone would send nothing, and says so',
    (options) => {
      expect(() => checkNoPush(options)).toThrow(/goes with --push security-hub; without it nothing is sent/)
    },
  )
})
