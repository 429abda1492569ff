import { afterAll, beforeAll, expect, test } from 'vitest'
import { tableReader } from '../../shared/seal/reader.ts'
import { sealScans } from '../../shared/seal/seal-scans.ts'
import { verifySeals } from '../../shared/seal/verify-seals.ts'
import { createStore } from '../../shared/store/create-store.ts'
import type { Assessment, Sighting, Store } from '../../shared/store/store.ts'
import { Crash, crashingClient } from '../store/client.fixture.ts'
import { assessment, at, finding, node, RULE, scanRecord, sighting } from '../store/fleet.fixture.ts'
import { startTables } from '../store/table.fixture.ts'

let tables: Awaited<ReturnType<typeof startTables>>
beforeAll(async () => {
  tables = await startTables()
})
afterAll(() => tables.stop())

/** The same numbers each time, from 0 to below 1. */
const numbers = (seed: number) => () => {
  seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0
  return seed / 2 ** 32
}

const NODES = ['i-1', 'i-2', 'i-3', 'i-4', 'i-5'].map((id) => node(id))
const target = { account: '111111111111', region: 'eu-central-1' }
const coverage = { total: 5, assessed: 5, byState: { assessed: 5 } }

/** What one scan sees: verdicts, newer facts under the same verdicts, silence, instances that leave, a rule that is off. */
const seen = (random: () => number, scan: number) => {
  const assessments: Assessment[] = []
  const sightings: Sighting[] = []
  const other = random() < 0.8
  for (const each of NODES) {
    const chance = random()
    if (chance < 0.15) sightings.push(sighting(each, random() < 0.5 ? 'unreachable' : 'stopped'))
    else if (chance < 0.22) sightings.push(sighting(each, 'retired'))
    else {
      const status = random() < 0.6 ? 'PASS' : 'FAIL'
      const reason = random() < 0.8 ? status : `${status}_OTHERWISE`
      const newer = random() < 0.3 ? { evidenceText: `of ${scan}`, fingerprint: `of ${scan}` } : {}
      const findings = [
        finding(status, reason),
        ...(other ? [finding('PASS', 'PASS', { ruleId: 'other-rule', control: '2.1' })] : []),
      ]
      assessments.push(assessment(each, findings, newer))
    }
  }
  return { assessments, sightings }
}

/**
 * One scan, which may die at any of its writes and be repeated, or stay dead, or judge and never record what it judged. Deaths
 * leave what they leave to the next scan.
 */
const scan = async (name: string, n: number, random: () => number): Promise<void> => {
  const scanId = `s${String(n).padStart(3, '0')}`
  const minutes = n * 60
  const quiet = createStore(tables.client, name)
  const { assessments, sightings } = seen(random, n)
  const work = async (store: Store): Promise<void> => {
    await store.openScan(scanRecord(scanId, minutes))
    const stored = new Map<string, string>()
    const changes = await store.applyAssessments(scanId, at(minutes + 1), assessments, (of, hash) =>
      stored.set(of.instanceId, hash),
    )
    const closed = await store.applySightings(scanId, at(minutes + 1), sightings)
    await store.putCommandResult({
      ...{ scanId, ...target, n: '0', changes: [...changes, ...closed] },
      outcomes: [
        ...assessments.map(({ node: { instanceId }, fingerprint }) => {
          const evidence = stored.get(instanceId)
          return { instanceId, state: 'assessed' as const, fingerprint, ...(evidence && { evidence }) }
        }),
        ...sightings.map(({ node: { instanceId }, state }) => ({ instanceId, state })),
      ],
    })
  }
  const crash = { atWrite: 1 + Math.floor(random() * 25), when: random() < 0.5 ? 'before' : 'after' } as const
  const store = random() < 0.6 ? createStore(crashingClient(tables.client, crash).client, name) : quiet
  const died = await work(store).then(
    () => false,
    (error: unknown) => {
      if (error instanceof Crash) return true
      throw error
    },
  )
  const fate = died ? random() : 0
  if (fate < 0.4) {
    if (died) await work(quiet)
    await quiet.closeScan(scanId, { status: 'closed', closedAt: at(minutes + 2), digest: 'none' })
  } else if (fate < 0.7) {
    // Given up: what it changed is noted, and its instances as unreachable.
    await quiet.openScan(scanRecord(scanId, minutes))
    const recorded = await quiet.commandResult(scanId, target, '0')
    const changes = recorded ? [] : await quiet.changesMade(scanId, NODES)
    const lost = NODES.map((each) => sighting(each, 'unreachable', { detail: 'NotJudged' }))
    if (!recorded) {
      await quiet.applySightings(scanId, at(minutes + 1), lost)
      const outcomes = lost.map(({ node: { instanceId }, state }) => ({ instanceId, state }))
      // Instances that leave come with the inventory: where that breaks, the target does.
      const n = sightings.some(({ state }) => state === 'retired') ? 'broken' : '0'
      await quiet.putCommandResult({ scanId, ...target, n, changes, outcomes })
    }
    await quiet.closeScan(scanId, { status: 'closed', closedAt: at(minutes + 2), digest: 'none' })
  } else {
    await quiet.openScan(scanRecord(scanId, minutes))
    await quiet.closeScan(scanId, { status: 'failed', closedAt: at(minutes + 2) })
  }
  if (random() < 0.85) await sealScans(quiet, scanId, () => new Date(at(minutes + 3)))
}

const restate = async (store: Store, n: number): Promise<void> => {
  const [last] = (await store.history({ rule: [RULE] })).filter(({ evidenceHash }) => evidenceHash)
  if (!last?.evidenceHash) return
  const { evidenceHash, from: _, ...said } = last
  await store.appendRestatement({ ...said, evidenceHash, at: at(n * 60 + 30), restates: last.at }, n)
}

test.each([1, 5, 7])('whatever befalls scans, nothing that nobody touched is named: %i', async (seed) => {
  const random = numbers(seed * 7919)
  const name = await tables.newTable()
  const store = createStore(tables.client, name)
  await store.putTarget(target, { inventoriedAt: at(0), coverage })
  for (let n = 1; n <= 9; n++) {
    await scan(name, n, random)
    if (random() < 0.3) await restate(store, n)
  }
  // The last one is sealed, and so is all before it.
  await scan(name, 10, () => 0.5)
  await sealScans(store, 's010', () => new Date(at(603)))
  const report = await verifySeals(tableReader(store), { now: at(3000) })
  expect(report.problems).toEqual([])
  expect(report.sealed).toBeGreaterThan(4)
})
