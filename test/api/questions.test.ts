import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createApi } from '../../shared/api/create-api.ts'
import { ROUTES } from '../../shared/api/routes/index.ts'
import { nodeKey } from '../../shared/findings/records.ts'
import { scanIdOf } from '../../shared/scan-id.ts'
import { readingStore } from '../../shared/store/reading-store.ts'
import type { Store } from '../../shared/store/store.ts'
import { startTables } from '../store/table.fixture.ts'
import {
  AUTO_TLS,
  day,
  GARBLED,
  HARBOUR,
  HARBOUR_2,
  liveThrough,
  NOW,
  ORCHARD,
  RULES,
  SILENT,
  WORKER,
} from './world.fixture.ts'

let tables: Awaited<ReturnType<typeof startTables>>
let store: Store
let asked: string[] = []
let api: ReturnType<typeof createApi>
beforeAll(async () => {
  tables = await startTables()
  store = await tables.newStore()
  await liveThrough(store)
  const watched = new Proxy(store, {
    get: (of, name: keyof Store) => {
      const question = of[name]
      if (typeof question !== 'function') return question
      return (...args: never[]) => {
        asked.push(name)
        return (question as (...all: never[]) => unknown)(...args)
      }
    },
  })
  api = createApi({ store: watched, now: () => NOW, rules: RULES })
})
afterAll(() => tables.stop())

// biome-ignore lint/suspicious/noExplicitAny: answers are looked at key by key.
const get = async (address: string): Promise<any> => {
  asked = []
  const answer = await api.request(address)
  expect([address, answer.status]).toEqual([address, 200])
  return answer.json()
}

describe('the fleet', () => {
  test('is as the newest scan of all of it says, and the scan that is open changes nothing', async () => {
    const { fresh, coverage, findings } = await get('/v1/fleet')
    expect(fresh).toMatchObject({ at: NOW, scan: { scanId: scanIdOf(day(5)), closedAt: day(5, 5) } })
    expect(coverage).toMatchObject({ total: 4, assessed: 3 })
    expect(findings.FAIL).toBeGreaterThan(0)
  })

  test('of a past moment is as it was then', async () => {
    const { fresh, coverage } = await get('/v1/fleet?at=2026-01-02')
    expect(fresh.scan.scanId).toBe(scanIdOf(day(1)))
    expect(coverage).toMatchObject({ total: 6, assessed: 5 })
  })

  test('before the first scan is nothing, and the answer says so', async () => {
    expect(await get('/v1/fleet?at=2025-12-31')).toEqual({ fresh: { at: '2025-12-31T23:59:59.999Z' } })
    expect(await get('/v1/instances?at=2025-12-31')).toMatchObject({ instances: [] })
    expect(await get('/v1/findings?at=2025-12-31')).toMatchObject({ findings: [] })
  })
})

describe('instances', () => {
  const namesOf = ({ instances }: { instances: { instanceId: string }[] }) =>
    instances.map(({ instanceId }) => instanceId)

  test('are all accounted for, with cluster and reason', async () => {
    const { instances } = await get('/v1/instances')
    expect(instances).toEqual([
      { ...HARBOUR, state: 'stopped', cluster: 'harbour' },
      { ...HARBOUR_2, state: 'assessed', cluster: 'harbour' },
      { ...ORCHARD, state: 'unreachable', detail: 'ConnectionLost', cluster: 'orchard' },
      { ...WORKER, state: 'retired' },
      { ...GARBLED, state: 'assessed' },
      { ...SILENT, state: 'assessed' },
    ])
  })

  test.each([
    ['state=unreachable,stopped', [HARBOUR, ORCHARD]],
    ['cluster=harbour', [HARBOUR, HARBOUR_2]],
    ['cluster=harbour&state=assessed', [HARBOUR_2]],
    ['account=222222222222&state=assessed', [GARBLED, SILENT]],
    ['region=eu-west-1', []],
    [`instance=${nodeKey(SILENT)},${HARBOUR.instanceId}`, [HARBOUR, SILENT]],
    ['at=2026-01-01&state=unreachable', [SILENT]],
  ])('by %s', async (query, expected) => {
    expect(namesOf(await get(`/v1/instances?${query}`))).toEqual(expected.map(({ instanceId }) => instanceId))
  })

  test('one of them comes with what was last judged of it, though it is gone', async () => {
    const { instance, findings } = await get(`/v1/instances/${nodeKey(WORKER)}`)
    expect(instance).toMatchObject({ node: WORKER, state: 'retired', tags: { team: 'platform' } })
    expect(findings).toHaveLength(RULES.length)
    expect(findings[0]).toMatchObject({ closed: 'retired', coverage: 'retired' })
  })
})

describe('one finding', () => {
  test('that fails says between which scans it began, and by what it is waived', async () => {
    const { finding, open, changes } = await get(`/v1/findings/${nodeKey(ORCHARD)}/${AUTO_TLS}`)
    expect(finding).toMatchObject({ status: 'FAIL', coverage: 'unreachable', waived: { ticket: 'SEC-1' } })
    expect(open).toMatchObject({ firstBad: { scanId: scanIdOf(day(1)) }, waived: { ticket: 'SEC-1' } })
    expect(open).not.toHaveProperty('lastGood')
    expect(changes).toHaveLength(1)
  })

  test('that began to fail between two scans says which', async () => {
    const { open, changes } = await get(`/v1/findings/${nodeKey(HARBOUR_2)}/${AUTO_TLS}`)
    expect(open).toMatchObject({
      lastGood: { scanId: scanIdOf(day(1)) },
      firstBad: { scanId: scanIdOf(day(3)) },
    })
    expect(changes.map(({ restates }: { restates?: string }) => restates)).toContain(day(3, 1))
  })

  test('that was mended is open no more', async () => {
    const answer = await get(`/v1/findings/${nodeKey(HARBOUR)}/${AUTO_TLS}`)
    expect(answer).toMatchObject({ finding: { status: 'PASS', previousStatus: 'FAIL' } })
    expect(answer).not.toHaveProperty('open')
  })
})

describe('the summary', () => {
  test('counts what is open once by severity, once by cluster, once by rule', async () => {
    const { total, bySeverity, byCluster, byRule, failing } = await get('/v1/summary')
    const { open } = await get('/v1/open?limit=1000')
    const count = (wanted: (each: { status: string; waived?: object }) => boolean) =>
      open.filter(wanted).length
    expect(total).toEqual({
      FAIL: count(({ status }) => status === 'FAIL'),
      ERROR: count(({ status }) => status === 'ERROR'),
      waived: count(({ waived }) => waived !== undefined),
    })
    expect(total.waived).toBe(1)
    for (const parts of [Object.values(bySeverity), byCluster, Object.values(byRule)]) {
      const sum = (key: 'FAIL' | 'ERROR' | 'waived') =>
        (parts as Record<typeof key, number>[]).reduce((all, each) => all + each[key], 0)
      expect({ FAIL: sum('FAIL'), ERROR: sum('ERROR'), waived: sum('waived') }).toEqual(total)
    }
    const failingNodes = open.filter(
      ({ status, waived }: { status: string; waived?: object }) => status === 'FAIL' && !waived,
    )
    expect(failing).toBe(new Set(failingNodes.map(nodeKey)).size)
  })

  test('counts what is overdue and not waived, and shows the most overdue of it', async () => {
    const { overdue } = await get('/v1/summary')
    const all = (await get('/v1/overdue?limit=1000')).overdue.filter(
      ({ waived }: { waived?: object }) => !waived,
    )
    expect(overdue.count).toBe(all.length)
    expect(overdue.first.length).toBeGreaterThan(0)
    expect(overdue.first).toEqual(all.slice(0, overdue.first.length))
  })

  test('names every severity, and the clusters worst first', async () => {
    const { bySeverity, byCluster } = await get('/v1/summary')
    expect(Object.keys(bySeverity)).toEqual(['critical', 'high', 'medium', 'low'])
    expect(byCluster.map(({ cluster }: { cluster: string }) => cluster)).toEqual(
      expect.arrayContaining(['harbour', 'orchard', '(none)']),
    )
    const worst = byCluster.map(({ worst }: { worst: string }) => Object.keys(bySeverity).indexOf(worst))
    expect(worst).toEqual(worst.toSorted((a: number, b: number) => a - b))
  })
})

describe('scans', () => {
  test('are newest first, the open one too', async () => {
    const { scans } = await get('/v1/scans')
    expect(scans.map(({ scanId }: { scanId: string }) => scanId)).toEqual(
      [8, 6, 5, 3, 1].map((n) => scanIdOf(day(n))),
    )
  })

  test('that are open say how far they are', async () => {
    const { scan, progress, targets } = await get(`/v1/scans/${scanIdOf(day(8))}`)
    expect(scan.status).toBe('open')
    expect(progress).toEqual({ sent: 5, answered: 1 })
    const { account, region } = HARBOUR_2
    expect(targets).toEqual([{ account, region, instances: 1, byState: { assessed: 1 } }])
  })
})

describe('a scan of the past', () => {
  test('counts as answered whom a command reached, not whom the inventory left out', async () => {
    const { progress, targets } = await get(`/v1/scans/${scanIdOf(day(1))}`)
    // Version 0.1 has not recorded how many were sent to, and this scan neither.
    expect(progress).toEqual({ sent: 5, answered: 5 })
    expect(targets.map(({ instances }: { instances: number }) => instances)).toEqual([2, 4])
  })
})

describe('times', () => {
  test('of one day hold the waivers of that day', async () => {
    expect((await get('/v1/exceptions?on=2026-01-05')).exceptions).toHaveLength(1)
    expect((await get('/v1/exceptions')).exceptions).toHaveLength(1)
    expect((await get('/v1/exceptions?on=2025-12-31')).exceptions).toEqual([])
    expect(await get('/v1/exceptions?on=2026-01-05')).toMatchObject({
      from: '2026-01-05T00:00:00.000Z',
      to: '2026-01-05T23:59:59.999Z',
    })
  })

  test('end now at the latest: today is not over', async () => {
    expect((await get('/v1/changes?from=2026-01-03&to=2026-01-09')).to).toBe(NOW)
    expect((await get('/v1/fleet?at=2026-01-09')).fresh.at).toBe(NOW)
  })

  test('without a zone are UTC, and a day is whole', async () => {
    const { from, to } = await get('/v1/changes?from=2026-01-03&to=2026-01-03T12:30')
    expect([from, to]).toEqual(['2026-01-03T00:00:00.000Z', '2026-01-03T12:30:00.000Z'])
  })
})

test.each([
  ['/v1/fleet', ['scanAt']],
  ['/v1/scans', ['scans']],
  ['/v1/summary', ['scanAt', 'settings', 'findings', 'waivers', 'nodes']],
  ['/v1/rules', []],
  ['/v1/openapi.json', []],
  ['/v1/instances', ['scanAt', 'commandResults', 'nodes']],
  [`/v1/evidence/${nodeKey(HARBOUR)}/none`, ['evidence']],
])('%s reads no more than it shows: %s', async (address, questions) => {
  asked = []
  await api.request(address)
  expect([...new Set(asked)].sort()).toEqual(questions.toSorted())
})

test('nothing that is asked can write', async () => {
  for (const { path } of ROUTES) {
    asked = []
    await api.request(path.replaceAll(/\{\w+\}/g, 'x'))
    expect(Object.keys(readingStore(store))).toEqual(expect.arrayContaining(asked))
  }
  const writes = /^(open|close|apply|put|append|freeze|mark|begin|settle|keep)[A-Z]|^seals$|Flapping$/
  expect(Object.keys(readingStore(store)).filter((name) => writes.test(name))).toEqual([])
})
