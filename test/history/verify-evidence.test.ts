import { createHash } from 'node:crypto'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Finding, Status } from '../../shared/findings/finding.ts'
import type { Engine } from '../../shared/history/engines.ts'
import { judgeKept } from '../../shared/history/judge-stored.ts'
import { decidingHash, keepRules } from '../../shared/history/kept-rules.ts'
import { fleetAt } from '../../shared/history/past.ts'
import { type Judging, verifyEvidence } from '../../shared/history/verify-evidence.ts'
import { judge } from '../../shared/rules/judge.ts'
import { loadRules } from '../../shared/rules/load.ts'
import type { Rule } from '../../shared/rules/rule.ts'
import { createStore } from '../../shared/store/create-store.ts'
import type { Assessment, Store } from '../../shared/store/store.ts'
import { evidence } from '../cli/command.ts'
import { assessment, at, finding, node, RULE } from '../store/fleet.fixture.ts'
import { startTables } from '../store/table.fixture.ts'
import { scanned } from './scans.fixture.ts'

const rules = loadRules().filter(({ id }) => id === RULE)
const A = node('i-a')

let tables: Awaited<ReturnType<typeof startTables>>
let store: Store
let tableName: string
/** What the engine of then, 1, gave on each piece of evidence: a verdict or, by a rule's version, several. */
let gave: Map<string, Record<string, Finding>>
beforeAll(async () => {
  tables = await startTables()
})
beforeEach(async () => {
  tableName = await tables.newTable()
  store = createStore(tables.client, tableName)
  gave = new Map()
})
afterAll(() => tables.stop())

const kept = (value: unknown): Assessment['evidence'] => {
  const json = JSON.stringify(value)
  return { hash: createHash('sha256').update(json).digest('hex'), gzip: gzipSync(json) }
}
const FAILING = evidence('i-a', '--auto-tls=true')
const UNREADABLE = { unreadable: 'ENVELOPE_CUT', message: 'was cut', output: 'cannot fork' }

/** A verdict as the engine of then gave it, on evidence that today's may see otherwise. */
const given = (status: Status, reason: string, on: unknown = FAILING, version = '1') => {
  const verdict = finding(status, reason)
  gave.set(kept(on).hash, { ...gave.get(kept(on).hash), [version]: verdict })
  return assessment(A, [verdict], {
    ...{ evidence: kept(on), fingerprint: JSON.stringify(on), ruleVersions: { [RULE]: version } },
  })
}
const engineOfThen: Engine = (stored, by) =>
  by.flatMap(({ version }) => gave.get(kept(stored).hash)?.[version] ?? [])
const engines = { '1': engineOfThen, '2': judgeKept }

const verify = (more: Partial<Judging> = {}) =>
  verifyEvidence(store, {}, { ...{ rules, engines, engineVersion: '2', at: at(500) }, ...more })
const restate = (minutes = 500, more: Partial<Judging> = {}) =>
  verify({ at: at(minutes), appendTo: store, ...more })

/** The rule as a later release has it, which judges by the same setting the other way round. */
const turned = (version = 2): Rule => ({
  ...(rules[0] as Rule),
  version,
  assert: { all: [{ setting: 'auto-tls', equals: true }] },
})
/** The rule with texts of another day. */
const reworded = (): Rule => ({
  ...(rules[0] as Rule),
  ...{ title: 'etcd, otherwise', severity: 'low', says: { pass: 'all is well', fail: 'all is not' } },
})

describe('evidence that is judged again', () => {
  test('agrees where it comes out the same', async () => {
    await scanned(store, 's1', 0, { assessed: [given('FAIL', 'AUTO_TLS_ENABLED')] })
    expect(await verify()).toMatchObject({ verdicts: 1, pieces: 1, agree: 1, differ: [], unverifiable: [] })
  })

  test('that is newer than the last change is judged too', async () => {
    await scanned(store, 's1', 0, { assessed: [given('FAIL', 'AUTO_TLS_ENABLED')] })
    const safe = evidence('i-a', '--auto-tls=false')
    await scanned(store, 's2', 10, { assessed: [given('FAIL', 'AUTO_TLS_ENABLED', safe)] })
    expect(await verify()).toMatchObject({
      ...{ verdicts: 2, pieces: 2, agree: 1 },
      differ: [{ from: 'FAIL', to: judge(safe as never, rules)[0]?.status, evidenceHash: kept(safe).hash }],
    })
  })

  test('where the output could not be read, is decoded again', async () => {
    await scanned(store, 's1', 0, { assessed: [given('ERROR', 'ENVELOPE_CUT', UNREADABLE)] })
    expect(await verify()).toMatchObject({
      differ: [{ from: 'ERROR', fromReason: 'ENVELOPE_CUT', to: 'ERROR', reason: 'ENVELOPE_MISSING' }],
    })
  })

  test('that somebody altered is named, and never agrees', async () => {
    const forged = {
      ...given('FAIL', 'AUTO_TLS_ENABLED'),
      evidence: { ...kept(FAILING), hash: 'f'.repeat(64) },
    }
    await scanned(store, 's1', 0, { assessed: [forged] })
    expect(await verify()).toMatchObject({
      agree: 0,
      unverifiable: [{ instanceId: 'i-a', ruleId: RULE, problem: expect.stringContaining('altered') }],
    })
  })

  test('that cannot be unpacked, is too large, of another schema, or under a rule of another time, is named', async () => {
    const broken = { ...given('FAIL', 'X'), evidence: { ...kept(FAILING), gzip: Buffer.from('no gzip') } }
    await scanned(store, 's1', 0, { assessed: [broken] })
    const large = { hash: 'a'.repeat(64), gzip: new Uint8Array(400_000) }
    await scanned(store, 's2', 10, {
      assessed: [{ ...given('FAIL', 'Y'), evidence: large, fingerprint: 'large' }],
    })
    await scanned(store, 's3', 20, { assessed: [given('FAIL', 'Z', { schemaVersion: 99 })] })
    const other = finding('FAIL', 'R', { ruleId: 'a-rule-of-old' })
    await scanned(store, 's4', 30, {
      assessed: [assessment(node('i-b'), [other], { evidence: kept(FAILING) })],
    })
    const problems = (await verify()).unverifiable.map(({ problem }) => problem).sort()
    expect(problems).toEqual([
      expect.stringContaining('too large to keep'),
      'neither the table nor this release has version 1 of the rule that it was judged by',
      'the stored evidence cannot be unpacked',
      'the stored evidence is nothing that this version reads',
    ])
  })
})

describe('a restatement', () => {
  beforeEach(async () => {
    await scanned(store, 's1', 0, { assessed: [given('PASS', 'AUTO_TLS_DISABLED')] })
  })

  test('is only shown until it is asked for', async () => {
    const before = await tables.contentOf(tableName)
    expect(await verify()).toMatchObject({
      agree: 0,
      differ: [{ from: 'PASS', to: 'FAIL', appended: false }],
    })
    expect(await tables.contentOf(tableName)).toEqual(before)
  })

  test('is appended, and overwrites nothing', async () => {
    const before = await tables.contentOf(tableName)
    expect((await restate()).differ).toMatchObject([{ appended: true }])
    const after = await tables.contentOf(tableName)
    expect(after).toEqual(expect.arrayContaining(before))
    const added = after.filter((item) => !before.some((old) => old.pk === item.pk && old.sk === item.sk))
    expect(added.map(({ sk }) => sk)).toEqual([`R#${RULE}#${kept(FAILING).hash}#0001`, `${RULE}#1`])
    expect(await store.findings({})).toMatchObject([{ status: 'PASS', reason: 'AUTO_TLS_DISABLED' }])
  })

  test('stands in the history when it was made, with what it restates and what judged', async () => {
    await restate()
    for (const filter of [{}, { instance: ['i-a'] }])
      expect(await store.history(filter)).toMatchObject([
        { to: 'PASS', at: at(1) },
        {
          ...{ restates: at(1), scanId: 's1', at: at(500), engineVersion: '2' },
          ...{ from: 'PASS', fromReason: 'AUTO_TLS_DISABLED', to: 'FAIL', reason: 'AUTO_TLS_ENABLED' },
          evidenceHash: kept(FAILING).hash,
        },
      ])
    expect(await store.transitionsOf('s1')).toHaveLength(1)
  })

  test('is what the evidence is held against from then on, by whichever version comes next', async () => {
    await restate()
    expect(await restate(600)).toMatchObject({ agree: 1, differ: [] })
    const lenient = rules.map((rule) => ({
      ...rule,
      ...{ version: rule.version + 1, reasons: { ...rule.reasons, fail: 'OTHER_WORD' } },
    }))
    const next = await restate(700, { rules: lenient })
    expect(next.differ).toMatchObject([{ from: 'FAIL', to: 'FAIL', reason: 'OTHER_WORD', appended: true }])
    expect(await restate(800)).toMatchObject({ differ: [{ appended: true }] })
    expect(await store.history({})).toHaveLength(4)
  })

  test('of two that are made at once, one is appended', async () => {
    const both = await Promise.all([restate(), restate()])
    expect(both.flatMap(({ differ }) => differ.map(({ appended }) => appended)).sort()).toEqual([false, true])
    expect(await store.history({})).toHaveLength(2)
  })

  test('is shown beside the past verdict, which stays what it was', async () => {
    await restate()
    const past = await fleetAt(store, at(50), {})
    expect(past?.findings).toMatchObject([
      {
        ...{ status: 'PASS', reason: 'AUTO_TLS_DISABLED', engineVersion: '1' },
        restated: { status: 'FAIL', reason: 'AUTO_TLS_ENABLED', engineVersion: '2', at: at(500) },
      },
    ])
  })
})

/** What engine 2 and a rule give on the failing evidence. */
const givenBy = (rule: Rule | undefined): Finding => judge(FAILING as never, rule ? [rule] : [])[0] ?? fail()

/** What a rule gives on the failing evidence, as a verdict that says it is of these versions, and perhaps altered. */
const byVersions = (
  { engine = '2', version = '1', rule = rules[0] }: { engine?: string; version?: string; rule?: Rule } = {},
  altered: Partial<Finding> = {},
) =>
  assessment(A, [{ ...givenBy(rule), ...altered }], {
    ...{ evidence: kept(FAILING), fingerprint: JSON.stringify(FAILING), engineVersion: engine },
    ruleVersions: { [RULE]: version },
  })

describe('a verdict and the versions that it names', () => {
  test('agree by the rule that was kept then, whatever the rule of today says', async () => {
    await keepRules(store, [turned(2)], at(0))
    await scanned(store, 's1', 0, { assessed: [byVersions({ version: '2', rule: turned(2) })] })
    expect(await verify()).toMatchObject({
      ...{ agree: 0, disagree: [], unverifiable: [] },
      differ: [{ from: 'PASS', to: 'FAIL' }],
    })
    expect(await verify({ rules: [turned(2)] })).toMatchObject({ agree: 1, differ: [] })
  })

  test('agree where the scanner no longer has the rule, as long as it was kept', async () => {
    await keepRules(store, rules, at(0))
    await scanned(store, 's1', 0, { assessed: [byVersions()] })
    expect(await verify({ rules: [] })).toMatchObject({ agree: 1, unverifiable: [], differ: [] })
  })

  test.each<[string, Status, string, string[]]>([
    ['status', 'PASS', 'AUTO_TLS_DISABLED', ['status', 'reason']],
    ['status alone', 'PASS', 'AUTO_TLS_ENABLED', ['status']],
    ['reason alone', 'FAIL', 'ANOTHER_WORD', ['reason']],
  ])('disagree where its %s was altered', async (_, status, reason, differsIn) => {
    await scanned(store, 's1', 0, { assessed: [byVersions({}, { status, reason })] })
    expect(await verify()).toMatchObject({
      agree: 0,
      disagree: [
        {
          ...{ instanceId: 'i-a', ruleId: RULE, evidenceHash: kept(FAILING).hash, scanId: 's1', at: at(1) },
          ...{ engineVersion: '2', ruleVersion: '1', said: { status, reason } },
          ...{ judged: { status: 'FAIL', reason: 'AUTO_TLS_ENABLED' }, differsIn },
        },
      ],
    })
  })

  test.each<[string, (true_: Finding) => Partial<Finding>]>([
    ['running', ({ running }) => ({ running: { processes: [], ...running, status: 'PASS' } })],
    ['declared', () => ({ declared: { status: 'PASS', manifests: [] } })],
    ['effect', () => ({ effect: { servedOnClientPort: 'given-cert', clientCertRequired: true } })],
  ])('disagree where what stands was altered in what it says of %s', async (part, alter) => {
    await scanned(store, 's1', 0, { assessed: [byVersions({}, { severity: 'low' })] })
    expect(await verify()).toMatchObject({ agree: 1, disagree: [] })
    const altered = byVersions({}, alter(givenBy(rules[0])))
    await scanned(store, 's2', 10, { assessed: [{ ...altered, fingerprint: 'of another day' }] })
    expect(await verify()).toMatchObject({ agree: 0, disagree: [{ differsIn: [part] }] })
  })

  test('are each held against the other, where several were given on the same evidence', async () => {
    await keepRules(store, [turned(2)], at(0))
    await scanned(store, 's1', 0, { assessed: [byVersions()] })
    await scanned(store, 's2', 10, { assessed: [byVersions({ version: '2' })] })
    expect(await verify()).toMatchObject({
      ...{ verdicts: 1, agree: 0, differ: [] },
      disagree: [{ ruleVersion: '2', judged: { status: 'PASS' } }],
    })
  })

  test('are no agreement where the rule of then is missing, also if today says the same', async () => {
    await scanned(store, 's1', 0, { assessed: [byVersions({ version: '7' })] })
    expect(await verify()).toMatchObject({
      ...{ agree: 0, disagree: [], differ: [] },
      unverifiable: [{ engineVersion: '2', ruleVersion: '7', problem: expect.stringContaining('version 7') }],
    })
  })

  test('are no agreement where this release does not carry the engine of then, and today is told beside it', async () => {
    await scanned(store, 's1', 0, {
      assessed: [byVersions({ engine: '9' }, { status: 'PASS', reason: 'X' })],
    })
    const problem =
      'it was judged by engine 9, which this release (engine 2) does not carry: verify it with a release that does'
    expect(await verify()).toMatchObject({
      ...{ agree: 0, disagree: [], differ: [{ from: 'PASS', to: 'FAIL' }] },
      unverifiable: [{ engineVersion: '9', ruleVersion: '1', problem }],
    })
    expect(await verify({ engines: { '2': engineOfThen }, rules: [] })).toMatchObject({ agree: 0 })
  })

  test.each(['change', 'finding that stands'])(
    'are no agreement where the %s names what judged it, but no evidence',
    async (which) => {
      await scanned(store, 's1', 0, { assessed: [given('FAIL', 'AUTO_TLS_ENABLED')] })
      const without = <T extends { evidenceHash?: string }>({ evidenceHash: _, ...rest }: T) => rest
      const [history, findings] = [await store.history({}), await store.findings({})]
      const source = {
        ...store,
        history: async () => (which === 'change' ? history.map(without) : history),
        findings: async () => (which === 'change' ? findings : findings.map(without)),
      }
      const judging = { rules, engines, engineVersion: '2', at: at(500) }
      expect(await verifyEvidence(source, {}, judging)).toMatchObject({
        ...{ verdicts: 2, agree: 1 },
        unverifiable: [{ problem: 'it does not name the evidence that it rests on' }],
      })
      // What is closed is no verdict any more.
      const closed = {
        ...source,
        history: async () => history.map((each) => ({ ...without(each), closed: 'retired' as const })),
        findings: async () => [],
      }
      expect(await verifyEvidence(closed, {}, judging)).toMatchObject({ verdicts: 0 })
    },
  )

  test('are no agreement where they are named like what every object has, or not named at all', async () => {
    await scanned(store, 's1', 0, { assessed: [byVersions({ engine: 'constructor' })] })
    expect((await verify()).unverifiable).toMatchObject([{ problem: expect.stringContaining('constructor') }])
    const { engineVersion: _, ruleVersion: __, ...nameless } = (await store.history({}))[0] ?? fail()
    const source = { ...store, history: async () => [nameless], findings: async () => [] }
    const judging = { rules, engines, engineVersion: '2', at: at(500) }
    expect(await verifyEvidence(source, {}, judging)).toMatchObject({
      agree: 0,
      unverifiable: [{ problem: 'it does not say which engine and rule it was judged by' }],
    })
  })

  test('are no agreement where the engine of then cannot read the evidence, also one that is bundled by itself', async () => {
    await scanned(store, 's1', 0, { assessed: [byVersions({ engine: '1' })] })
    const unable = () => {
      throw Object.assign(new Error('is nothing that engine 1 reads'), { name: 'NotJudgeableError' })
    }
    expect(await verify({ engines: { ...engines, '1': unable } })).toMatchObject({
      ...{ agree: 0, differ: [] },
      unverifiable: [{ problem: 'is nothing that engine 1 reads' }],
    })
  })

  test('disagree where a restatement was altered, too', async () => {
    await scanned(store, 's1', 0, { assessed: [given('PASS', 'AUTO_TLS_DISABLED')] })
    const { differ } = await verify()
    const [restatement] = differ
    if (!restatement) throw new Error('nothing differs')
    const { appended: _, ...real } = restatement
    await store.appendRestatement({ ...real, reason: 'ANOTHER_WORD' }, 1)
    expect(await verify()).toMatchObject({
      disagree: [{ restates: at(1), at: at(500), engineVersion: '2', differsIn: ['reason'] }],
    })
  })
})

const fail = (): never => {
  throw new Error('nothing is stored')
}

describe('a rule that was kept', () => {
  beforeEach(async () => {
    await scanned(store, 's1', 0, { assessed: [byVersions()] })
  })

  test('and has since got other texts and another severity is the same rule', async () => {
    await keepRules(store, [reworded()], at(0))
    expect(await verify()).toMatchObject({ agree: 1, changedRules: [] })
  })

  test('and judges otherwise now without a new version is named, and restates nothing', async () => {
    await keepRules(store, rules, at(0))
    const now = await restate(500, { rules: [turned(1)] })
    expect(now).toMatchObject({
      ...{ disagree: [], differ: [{ to: 'PASS', appended: false }] },
      changedRules: [
        { ruleId: RULE, version: '1', problem: expect.stringContaining('without a new version') },
      ],
    })
    expect(await store.restatements({})).toEqual([])
  })

  test.each<[string, object, string]>([
    ['was altered', { ...turned(1) }, 'it was altered'],
    ['is of another version', { ...rules[0], version: 2 }, 'it was altered'],
    ['is no rule', { id: RULE }, 'does not read'],
    ['has a condition of a later release', { ...rules[0], assert: { any: [] } }, 'does not read'],
  ])('and %s judges nothing', async (_, rule, problem) => {
    const hash = decidingHash(rules[0] as Rule)
    await store.keepRules([{ ruleId: RULE, version: '1', hash, rule, keptAt: at(0) }])
    expect(await verify({ rules: [] })).toMatchObject({
      ...{ agree: 0, disagree: [] },
      unverifiable: [{ problem: expect.stringContaining(problem) }],
    })
  })
})

test("a restatement has the severity of the verdict, which may not be the rule's own", async () => {
  const verdict = given('PASS', 'AUTO_TLS_DISABLED')
  const severities = { [RULE]: 'critical' as const }
  const findings = verdict.findings.map((each) => ({ ...each, severity: 'critical' as const }))
  await scanned(store, 's1', 0, { assessed: [{ ...verdict, findings, severities }] })
  expect((await restate()).differ).toMatchObject([{ severity: 'critical' }])
  expect(await store.history({ severity: ['critical'] })).toHaveLength(2)
})
