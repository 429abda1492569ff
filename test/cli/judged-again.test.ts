import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { onStore } from '../../cli/local-store.ts'
import { openDatabase } from '../../local/database.ts'
import type { Store } from '../../shared/store/store.ts'
import { scanOf } from '../history/year.fixture.ts'
import { fleetScanner, type Run } from './command.ts'

/**
 * A table that this release has begun, and later ones have written to: first with another version of a rule, which was
 * kept, then with another engine, which this release does not have.
 */
let folder: string
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'fleet-scanner-judged-again-'))
  await onTable(async (store) => {
    for (const week of [0, 13, 26]) await scanOf(store, week)
  })
}, 30_000)
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const onTable = async <T>(work: (store: Store) => Promise<T>): Promise<T> => {
  const database = await openDatabase(join(folder, '.fleet-scanner'))
  try {
    return await onStore(database.url, work)
  } finally {
    await database.stop()
  }
}
const verify = (instance: string, ...more: string[]): Promise<Run> =>
  fleetScanner(['evidence', 'verify', '--local', '--instance', instance, ...more], { cwd: folder })

describe('evidence verify, of what other releases judged', () => {
  it('agrees where the rule of then gives the same again, and so does the one of today', async () => {
    const { code, stdout } = await verify('i-09')
    expect(stdout).toMatch(/^12 verdicts on 2 pieces of evidence, judged again by engine 1: 12 agree\n/)
    expect(code).toBe(0)
  })

  it('takes no verdict for verified whose engine it does not carry, and names that engine', async () => {
    const { code, stdout } = await verify('i-01', '--format', 'json')
    const result = JSON.parse(stdout)
    expect(result.unverifiable).toHaveLength(6)
    const problem = expect.stringMatching(/engine 2, which this release \(engine 1\) does not carry/)
    expect(result.unverifiable[0]).toMatchObject({ instanceId: 'i-01', engineVersion: '2', problem })
    expect(result).toMatchObject({ disagree: [], differ: [] })
    expect(code).toBe(3)
  })

  it('shows what today judges otherwise, restates it when told, and history marks it', async () => {
    const looked = await verify('i-02')
    expect(looked.stdout).toMatch(
      /i-02 {2}2\.2 {2}\S+ \S+ PASS CLIENT_CERT_AUTH_ENABLED -> FAIL CLIENT_CERT_AUTH_DISABLED\n/,
    )
    expect(looked.stdout).toMatch(/ 2 differ, /)
    expect(looked.code).toBe(1)

    const restated = await verify('i-02', '--restate', '--format', 'json')
    expect(JSON.parse(restated.stdout).differ).toMatchObject([
      { fromReason: 'CLIENT_CERT_AUTH_ENABLED', appended: true, severity: 'critical' },
      { appended: true },
    ])
    const again = await verify('i-02', '--format', 'json')
    expect(JSON.parse(again.stdout)).toMatchObject({ disagree: [], differ: [] })
    const { stdout } = await fleetScanner(['history', '--local', '--instance', 'i-02'], { cwd: folder })
    expect(stdout).toMatch(/PASS -> FAIL .*\[restates \S+ \S+: engine 1, rule 1\]/)
  })

  it('names a verdict that its own versions do not give', async () => {
    await onTable(forge)
    const { code, stdout } = await verify('i-09')
    expect(stdout).toMatch(
      /i-09 {2}2\.3 {2}\S+ \S+ FAIL AUTO_TLS_ENABLED, for which its own engine 1, rule 1 give PASS AUTO_TLS_DISABLED\n/,
    )
    expect(stdout).toMatch(/ 1 is not what its own versions give, 1 differ\n/)
    expect(code).toBe(1)
  })
})

/** Puts a verdict in place that nobody has given. */
const forge = async (store: Store): Promise<void> => {
  const [stood] = await store.findings({ instance: ['i-09'], rule: ['etcd-auto-tls-disabled'] })
  if (!stood?.evidenceHash) throw new Error('nothing is stored')
  const { account, region, instanceId, evidenceHash, ruleId, cluster, engineVersion, ruleVersion } = stood
  await store.applyAssessments('week-01', stood.since, [
    {
      ...{ node: { account, region, instanceId }, tags: {}, fingerprint: 'forged', engineVersion },
      ...(cluster !== undefined && { cluster }),
      evidence: { hash: evidenceHash, gzip: new Uint8Array() },
      findings: [{ ...stood, status: 'FAIL', reason: 'AUTO_TLS_ENABLED' }],
      ruleVersions: { [ruleId]: ruleVersion },
    },
  ])
}
