import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { onStore } from '../../cli/local-store.ts'
import { withDatabase } from '../../local/database.ts'
import type { Store } from '../../shared/store/store.ts'
import { granted, removed } from '../../shared/waivers/revisions.ts'
import { DAY_MS, type WaiverRequest } from '../../shared/waivers/waiver.ts'
import { evidence, fleetScanner, type Run } from './command.ts'

const RULE = 'etcd-auto-tls-disabled'
/** One more than a waiver may cover before it is called over-broad. */
const BROAD = Array.from({ length: 21 }, (_, i) => `i-000001${String(i).padStart(2, '0')}`)
const FLEET = `instances:
  - { id: i-00000001, tags: { cluster: harbour, team: a }, recording: bad.json }
  - { id: i-00000002, tags: { cluster: orchard }, recording: bad.json }
  - { id: i-00000003, tags: { cluster: orchard }, recording: good.json }
${BROAD.map((id) => `  - { id: ${id}, tags: { cluster: broad }, recording: bad.json }\n`).join('')}`
const WHO = `local:${userInfo().username}`

let folder: string
const local = (...args: string[]): Promise<Run> => fleetScanner([...args, '--local'], { cwd: folder })
const json = ({ stdout }: Run) => JSON.parse(stdout)
const daysAhead = (days: number) => new Date(Date.now() + days * DAY_MS).toISOString().slice(0, 10)
const add = (...args: string[]) =>
  local('waivers', 'add', '--rule', RULE, '--reason', 'moves', '--ticket', 'SEC-1', ...args)
/** The failures of the one rule on one cluster, with the exit code that they bring. */
const failing = (cluster: string, ...args: string[]) =>
  local('findings', '--rule', RULE, '--cluster', cluster, '--status', 'FAIL', ...args)
const inStore = (work: (store: Store) => Promise<unknown>) =>
  withDatabase(join(folder, '.fleet-scanner'), (url) => onStore(url, work))
const plant = (request: Partial<WaiverRequest>, daysAgo: number, takenBack = false) => {
  const at = (days: number) => new Date(Date.now() - days * DAY_MS).toISOString()
  const asked = {
    rule: RULE,
    scope: { kind: 'cluster', value: 'harbour' },
    reason: 'r',
    ticket: 't',
  } as const
  const waiver = granted({ ...asked, until: at(1), ...request }, { who: WHO, at: at(daysAgo) }, [])
  return inStore(async (store) => {
    await store.putWaiver(waiver, undefined)
    if (takenBack) await store.putWaiver(removed(waiver, { who: WHO, at: at(0) }), waiver)
  }).then(() => waiver.id)
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'fleet-scanner-waivers-'))
  writeFileSync(join(folder, 'fleet.yaml'), FLEET)
  writeFileSync(join(folder, 'bad.json'), JSON.stringify(evidence('any', '--auto-tls=true')))
  writeFileSync(join(folder, 'good.json'), JSON.stringify(evidence('any', '--auto-tls=false')))
  const { code, stderr } = await local('scan', '--fleet', 'fleet.yaml', '--output', 'scan.txt')
  expect(stderr).toContain('24 of 24 assessed')
  expect(code).toBe(1)
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe('a waived failure', () => {
  it('stays a FAIL, is shown as waived, and does not make the exit code 1 unless it is asked for', async () => {
    expect((await failing('harbour')).code).toBe(1)
    const added = await add('--cluster', 'harbour', '--until', daysAhead(30), '--format', 'json')
    expect(added.code).toBe(0)
    const { id } = json(added)
    expect(id).toMatch(/^w-\d{8}-[0-9a-f]{8}$/)

    const table = await failing('harbour')
    expect(table.stdout).toMatch(/FAIL waived +i-00000001 +harbour/)
    expect(table.stdout).toContain(`waived    until ${daysAhead(30)} by ${id}: moves (SEC-1)`)
    expect(table.stdout).toContain('1 finding: 1 FAIL (1 waived)')
    expect(table.code).toBe(0)
    const asJson = await failing('harbour', '--format', 'json', '--include-waived')
    expect(asJson.code).toBe(1)
    const [finding] = json(asJson)
    expect(finding).toMatchObject({ status: 'FAIL', waived: { id, who: WHO, ticket: 'SEC-1' } })
    expect(Object.keys(finding).at(-1)).toBe('waived')
    expect((await failing('orchard')).code).toBe(1)

    const scanned = ['scan', '--fleet', 'fleet.yaml', '--instance', 'i-00000001', '--format', 'json']
    const scan = json(await local(...scanned))
    expect(scan.findings.find(({ ruleId }: { ruleId: string }) => ruleId === RULE)).toMatchObject({
      ...{ status: 'FAIL', waived: { id } },
    })

    const before = new Date().toISOString()
    const gone = await local('waivers', 'remove', id)
    expect(gone.stdout).toBe(`removed ${id}: ${RULE} on cluster harbour, until ${daysAhead(30)}\n`)
    expect((await failing('harbour')).code).toBe(1)
    // As it was then, whatever became of it since.
    const then = await failing('harbour', '--at', before)
    expect(then.stdout).toMatch(/FAIL waived +i-00000001/)
    expect(then.code).toBe(0)
    expect((await failing('harbour', '--at', before, '--include-waived')).code).toBe(1)
  })

  it('has a log of who did what', async () => {
    const log = json(await local('waivers', 'list', '--log', '--format', 'json'))
    expect(log.map(({ what, who }: Record<string, string>) => [what, who])).toEqual([
      ['added', WHO],
      ['removed', WHO],
    ])
    expect((await local('waivers', 'list')).stdout).toBe('no waivers\n')
    expect((await local('waivers', 'list', '--all')).stdout).toContain(`  removed by ${WHO} on `)
  })
})

describe('waivers add', () => {
  it.each([
    [['--cluster', 'x'], /--until/],
    [['--until', daysAhead(9)], /just one scope/],
    [['--until', daysAhead(9), '--cluster', 'x', '--account', '111111111111'], /just one scope/],
    [['--until', daysAhead(9), '--tag', 'x'], /--tag must be key=value/],
    [['--until', daysAhead(9), '--tag', 'nope=x'], /--tag: .*waivers\.tags/],
    [['--until', daysAhead(-1), '--cluster', 'x'], /--until: .* is over/],
    [['--until', daysAhead(370), '--cluster', 'x'], /--until: .* within 365 days/],
    [['--until', '2026-02-30', '--cluster', 'x'], /--until: "2026-02-30" is no date/],
    [['--until', daysAhead(9), '--cluster', 'x', '--approved-by', userInfo().username], /another person/],
    [['--until', daysAhead(9), '--cluster', 'x', '--rule', 'nope'], /there is no rule nope/],
  ])('%j is wrong usage', async (args, message) => {
    const { code, stdout, stderr } = await add(...args)
    expect(stderr).toMatch(message)
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
  })
})

describe('waivers apply', () => {
  const FILE = `waivers:
  - { rule: ${RULE}, tag: team=a, reason: moves, ticket: SEC-2, until: ${daysAhead(60)} }
  - { rule: ${RULE}, instance: i-00000002, reason: moves, ticket: SEC-3, until: ${daysAhead(20)} }
`
  const apply = (text: string, ...args: string[]) => {
    writeFileSync(join(folder, 'waivers.yaml'), text)
    return local('waivers', 'apply', '-f', 'waivers.yaml', ...args)
  }
  const held = async () =>
    json(await local('waivers', 'list', '--format', 'json')).map(
      ({ scope, ticket }: { scope: { value: string }; ticket: string }) => `${scope.value} ${ticket}`,
    )

  it('shows the difference, then makes it so, then finds nothing to do', async () => {
    expect((await add('--cluster', 'orchard', '--until', daysAhead(9))).code).toBe(0)
    const shown = await apply(FILE, '--dry-run')
    expect(shown.stdout).toMatch(
      /^\+ w-\S+: \S+ on tag team=a, .*\n\+ .* instance i-00000002, .*\n- .* cluster orchard, .*\n\n2 to be added, 0 to be changed, 1 to be removed, nothing was done\n$/,
    )
    expect(shown.code).toBe(0)
    expect(await held()).toEqual(['orchard SEC-1'])
    expect((await apply(FILE)).stdout).toMatch(/\n2 added, 0 changed, 1 removed\n$/)
    expect((await held()).toSorted()).toEqual(['i-00000002 SEC-3', 'team=a SEC-2'])
    expect(await apply(FILE)).toMatchObject({ code: 0, stdout: expect.stringMatching(/^nothing to change/) })
    expect((await failing('harbour')).code).toBe(0)
    expect((await failing('orchard')).code).toBe(0)

    const changed = await apply(FILE.replace('SEC-2', 'SEC-4'), '--format', 'json')
    expect(json(changed)).toMatchObject([
      { what: 'change', differences: [{ field: 'ticket', from: 'SEC-2', to: 'SEC-4' }] },
    ])
    expect((await apply('waivers: []\n')).stdout).toMatch(/\n0 added, 0 changed, 2 removed\n$/)
    expect((await failing('harbour')).code).toBe(1)
  })

  it('does nothing at all where the file is wrong, and says in which line', async () => {
    const wrong = FILE.replace(daysAhead(20), daysAhead(400))
    for (const args of [[], ['--dry-run']]) {
      const { code, stdout, stderr } = await apply(wrong, ...args)
      expect(stderr).toMatch(/waivers\.yaml:3: `until`: .* within 365 days/)
      expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    }
    expect(await held()).toEqual([])
    expect(await local('waivers', 'apply', '-f', 'none.yaml')).toMatchObject({ code: 2, stdout: '' })
  })
})

describe('waivers list --problems', () => {
  it('names exactly those that are expired, unused and over-broad', async () => {
    const until = `${daysAhead(30)}T23:59:59.999Z`
    const instance = (value: string) => ({ kind: 'instance', value }) as const
    const expired = await plant({ scope: instance('i-00000002') }, 10)
    const unused = await plant({ scope: instance('i-00000003'), until }, 10)
    const overBroad = await plant({ scope: { kind: 'cluster', value: 'broad' }, until }, 10)
    // In order: it covers one failure; its time is over but it was renewed; its time is over and it was taken back.
    await plant({ scope: instance('i-00000001'), until }, 10)
    await plant({ scope: { kind: 'cluster', value: 'harbour' } }, 10)
    await plant({ scope: { kind: 'cluster', value: 'harbour' }, until }, 1)
    await plant({ scope: { kind: 'tag', value: 'team=a' } }, 10, true)

    const { code, stdout } = await local('waivers', 'list', '--problems', '--format', 'json')
    expect(code).toBe(0)
    const found = JSON.parse(stdout) as { id: string; problems: string[]; matches: number }[]
    expect(found.map(({ id }) => id).toSorted()).toEqual([expired, unused, overBroad].toSorted())
    expect(
      Object.fromEntries(found.map(({ id, problems, matches }) => [id, [...problems, matches]])),
    ).toEqual({
      [expired]: ['expired', 1],
      [unused]: ['unused', 0],
      [overBroad]: ['over-broad', 21],
    })
    const table = await local('waivers', 'list', '--problems')
    expect(table.stdout).toMatch(/\n\n3 waivers\n$/)
    expect(json(await local('waivers', 'list', '--format', 'json'))).toHaveLength(6)
  })
})
