import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { readSample, withProofs } from '../../cli/report-proofs.ts'
import type { StoredFinding } from '../../shared/findings/records.ts'
import type { ReadFinding } from '../../shared/report/audit-findings.ts'
import { loadRules } from '../../shared/rules/load.ts'
import { EvidenceNotKeptError } from '../../shared/store/store.ts'
import { at, read } from '../report/formats/report.fixture.ts'
import { evidence } from './command.ts'

const BAD = evidence('i-a', '--auto-tls=true')
const HASH = createHash('sha256').update(JSON.stringify(BAD)).digest('hex')
const NEWER = 'cd'.repeat(32)
const failing = (more: Partial<ReadFinding> = {}): ReadFinding =>
  read(at('i-a'), 'FAIL', undefined, {
    reason: 'AUTO_TLS_ENABLED',
    evidenceHash: HASH,
    evidence: [],
    ...more,
  })
const standing = (more: Partial<StoredFinding> = {}): StoredFinding => ({
  ...failing(),
  ...{ engineVersion: '1', ruleVersion: '1', coverage: 'assessed', coverageSince: '', assessedAt: '' },
  ...{ caveats: ['DRIFT'], evidence: [{ source: 'manifest', text: 'as it stands' }], ...more },
})

/** A store of pieces of evidence that counts what is read. */
const storeOf = (stored: unknown) => {
  const asked: string[] = []
  return {
    asked,
    evidence: async (_: unknown, hash: string) => {
      asked.push(hash)
      if (stored instanceof Error) throw stored
      return stored
    },
  }
}
const rules = loadRules()
const proved = async (finding: ReadFinding, now: StoredFinding[], isNow = false, store = storeOf(BAD)) => {
  const [made] = await withProofs(store, [finding], now, { rules, isNow })
  return { ...made, asked: store.asked }
}

describe('the piece of evidence that decides', () => {
  it('is that of the verdict that still stands, and nothing is read for it', async () => {
    const made = await proved(failing(), [standing()])
    expect(made).toMatchObject({ evidence: [{ text: 'as it stands' }], caveats: ['DRIFT'], asked: [] })
  })

  it('is judged out of the evidence of then, where newer evidence stands for the same verdict', async () => {
    const made = await proved(failing(), [standing({ evidenceHash: NEWER })])
    expect(made).toMatchObject({ evidence: [{ text: '--auto-tls=true' }], evidenceHash: HASH, asked: [HASH] })
  })

  it('is the newer one where the report is of now', async () => {
    const made = await proved(failing(), [standing({ evidenceHash: NEWER })], true)
    expect(made).toMatchObject({ evidence: [{ text: 'as it stands' }], evidenceHash: NEWER, asked: [] })
  })

  it('is read once for all verdicts on it', async () => {
    const store = storeOf(BAD)
    const findings = rules.map(({ id }) => failing({ ruleId: id }))
    await withProofs(store, findings, [], { rules, isNow: false })
    expect(store.asked).toEqual([HASH])
  })

  it.each<[string, unknown, RegExp]>([
    ['is no longer there', undefined, /no longer stored/],
    ['was altered', { ...BAD, view: 'partial' }, /does not match its hash/],
    ['was too large', new EvidenceNotKeptError(HASH, 1), /too large to keep/],
  ])('is missed in words where it %s', async (_, stored, says) => {
    const made = await proved(failing(), [], false, storeOf(stored))
    expect(made.proofProblem).toMatch(says)
    expect(made.evidence).toEqual([])
  })

  it('is not taken from a judge who says otherwise today', async () => {
    const made = await proved(failing({ reason: 'OLD_WORD' }), [])
    expect(made.proofProblem).toBe("today's engine and rules give FAIL AUTO_TLS_ENABLED on its evidence")
  })

  it('passes on what the table itself fails with', async () => {
    await expect(proved(failing(), [], false, storeOf(new Error('denied')))).rejects.toThrow('denied')
  })
})

describe('a sample', () => {
  const drawn = (finding: ReadFinding, stored: unknown) =>
    readSample(storeOf(stored), [finding], { size: 1, seed: 1 }, rules)

  it('holds the raw evidence, and whether it is judged the same again', async () => {
    expect(await drawn(failing(), BAD)).toMatchObject({
      of: 1,
      items: [{ evidence: BAD, again: { agrees: true } }],
    })
    const { items } = await drawn(failing({ status: 'PASS' }), BAD)
    expect(items[0]?.again).toEqual({ status: 'FAIL', reason: 'AUTO_TLS_ENABLED', agrees: false })
  })

  it('says what is not there', async () => {
    const problem = async (finding: ReadFinding, stored: unknown) =>
      (await drawn(finding, stored)).items[0]?.problem
    expect(await problem(failing(), undefined)).toMatch(/no longer stored/)
    expect(await problem(failing({ ruleId: 'another' }), BAD)).toMatch(/no such rule/)
    const { evidenceHash: _, ...without } = failing()
    expect(await problem(without, BAD)).toMatch(/no evidence was kept/)
  })
})
