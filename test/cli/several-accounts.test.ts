import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { fleetScanner } from './command.ts'

const NODES = join(import.meta.dirname, '../../samples/nodes')

/** Passes the one rule that is left on. */
const GOOD = `recording: ${NODES}/kubeadm.json`

const FLEET = `instances:
  - { id: i-0000000a, account: 111122223333, region: eu-west-1, tags: { etcd: a }, ${GOOD} }
  - { id: i-0000000b, account: 111122223333, region: us-east-1, tags: { etcd: b }, ${GOOD} }
  - { id: i-0000000c, account: 444455556666, region: eu-west-1, tags: { etcd: c }, ${GOOD} }
organization:
  - { id: ou-ab12-11112222, accounts: [444455556666], units: [ou-ab12-33334444] }
  - { id: ou-ab12-33334444, accounts: [111122223333], suspended: [777788889999] }
`

const REST = `rulesOff:
  - etcd-client-cert-auth-enabled
  - etcd-client-certificate-set
  - etcd-peer-auto-tls-disabled
  - etcd-peer-certificate-set
  - etcd-peer-client-cert-auth-enabled
deadlineMinutes: 2
commandTimeoutSeconds: 30
poll: { firstSeconds: 1, longestSeconds: 1 }
`

const CONFIG = `targets:
  - { account: 111122223333, regions: [eu-west-1, us-east-1], selectors: [{ etcd: "*" }] }
  - { account: 444455556666, regions: [eu-west-1, us-east-1], selectors: [{ etcd: "*" }] }
${REST}`

const BY_UNIT = `targets:
  - { organizationalUnits: [ou-ab12-11112222], regions: [eu-west-1, us-east-1], selectors: [{ etcd: "*" }] }
${REST}`

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'fleet-scanner-accounts-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const scan = async (config: string, fleet: string, ...args: string[]) => {
  writeFileSync(join(folder, 'fleet-scanner.yaml'), config)
  writeFileSync(join(folder, 'fleet.yaml'), fleet)
  return fleetScanner(
    ['scan', '--local', '--fleet', 'fleet.yaml', '--config', 'fleet-scanner.yaml', ...args],
    { cwd: folder },
  )
}

const denied = (action: string, account: string, region = '') =>
  `denied:\n  - { action: "${action}", account: ${account}${region && `, region: ${region}`} }\n`

test('a role that is refused and a region without instances are reported, the rest is assessed: exit code 3', async () => {
  const { code, stdout } = await scan(
    CONFIG,
    FLEET + denied('sts:AssumeRole', '111122223333', 'us-east-1'),
    ...['--data', 'named'],
  )
  const coverage = stdout.split('\n').find((line) => line.startsWith('coverage: '))
  expect(coverage).toContain('2 of 2 assessed')
  expect(coverage).toContain('no instance with the tags in 444455556666/us-east-1')
  expect(coverage).toMatch(/not fully scanned: 111122223333\/us-east-1: .*sts:AssumeRole/)
  expect(stdout).toMatch(/PASS .*i-0000000a/)
  expect(stdout).toMatch(/PASS .*i-0000000c/)
  expect(code).toBe(3)
})

test('where all roles are assumed, a region without instances alone is no failure', async () => {
  const { code, stdout } = await scan(CONFIG, FLEET, '--data', 'named', '--format', 'json')
  expect(JSON.parse(stdout).scan).toMatchObject({
    coverage: { total: 3, assessed: 3 },
    targetErrors: [],
    emptyTargets: ['444455556666/us-east-1'],
  })
  expect(code).toBe(0)
})

test('tags that no instance has are not taken for a fleet in order', async () => {
  const { code, stdout } = await scan(CONFIG.replaceAll('etcd: "*"', 'ectd: "*"'), FLEET, '--data', 'typo')
  expect(stdout).toContain('0 of 0 assessed; no instance with the tags in 111122223333/eu-west-1')
  expect(code).toBe(3)
})

test('the accounts of an organizational unit are scanned, also while it cannot be listed, which is reported', async () => {
  const first = await scan(BY_UNIT, FLEET, '--data', 'unit', '--format', 'json')
  const { scan: record, findings } = JSON.parse(first.stdout)
  expect(record).toMatchObject({ targets: 4, coverage: { total: 3, assessed: 3 }, targetErrors: [] })
  expect(findings).toHaveLength(3)
  expect(first.code).toBe(0)

  const refused = FLEET + denied('organizations:ListAccountsForParent', '000000000000')
  const second = await scan(BY_UNIT, refused, '--data', 'unit', '--format', 'json')
  expect(JSON.parse(second.stdout).scan).toMatchObject({
    coverage: { total: 3, assessed: 3 },
    targetErrors: [
      'ou-ab12-11112222: its accounts could not be listed: the caller is not authorized to perform: organizations:ListAccountsForParent; those of the last scan were looked at',
    ],
  })
  expect(second.code).toBe(3)

  const plan = await scan(BY_UNIT, refused, '--data', 'unit', '--dry-run')
  expect(plan.stderr).toContain('ou-ab12-11112222: its accounts could not be listed')
  expect(plan.stdout).toContain('i-0000000c')
  expect(plan.code).toBe(3)
})

test('a rule that does not exist is named with its line, and what there is', async () => {
  const { code, stderr } = await scan(CONFIG.replace('  - etcd-peer-auto', '  - etcd-per-auto'), FLEET)
  expect(stderr).toMatch(
    /fleet-scanner\.yaml:7: there is no rule etcd-per-auto-tls-disabled; there are etcd-auto/,
  )
  expect(code).toBe(2)
})
