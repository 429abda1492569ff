import { gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { canonicalJson, hashOf } from '../../shared/seal/canonical.ts'
import { checkLeaves, nothingSealed, settleGone } from '../../shared/seal/check-leaves.ts'
import { type Leaf, leafOf, leafSchema } from '../../shared/seal/leaves.ts'
import { type Manifest, manifestSchema } from '../../shared/seal/manifest.ts'
import { readPart } from '../../shared/seal/parts.ts'
import type { SealReader } from '../../shared/seal/reader.ts'
import { keys } from '../../shared/store/keys.ts'
import { node, RULE } from '../store/fleet.fixture.ts'

const a = node('i-a')
const day = (n: number) => new Date(Date.UTC(2026, 0, 1 + n)).toISOString()
const later = (n: number, minutes: number) => new Date(Date.parse(day(n)) + minutes * 60_000).toISOString()

type Forged = { opened?: string; sealed?: string; changed?: string; historyDays?: number }

/** The first change of day 0 is gone; a seal of day 10 says that another has followed it. Verified on day 60. */
const problemsOf = async ({
  opened = day(10),
  sealed = later(10, 3),
  changed,
  historyDays = 400,
}: Forged) => {
  const reader = { items: async () => [], waivers: async () => [], scope: {} } as unknown as SealReader
  const known = nothingSealed([])
  const check = (
    number: number,
    scanId: string,
    openedAt: string,
    sealedAt: string,
    at: string,
    days: number,
  ) => {
    const manifest: Manifest = {
      ...{ schemaVersion: 1, number, previous: null, scan: { scanId, status: 'closed', openedAt } },
      ...{ sealedAt, historyDays: days, parts: [] },
    }
    const leaf: Leaf = ['transition', ...place(scanId), '0'.repeat(64), at]
    return checkLeaves(
      reader,
      { number, hash: '', manifest, results: [] },
      [leaf],
      known,
      Date.parse(day(60)),
    )
  }
  await check(2, 's2', opened, sealed, changed ?? later(10, 1), historyDays)
  await check(1, 's1', day(0), later(0, 3), later(0, 1), 400)
  settleGone(known, Date.parse(day(60)), true)
  return known.problems.map(({ item, problem }) => `${item.replace(/.* in/, 'change in')} ${problem}`)
}
const place = (scanId: string): [string, string] => {
  const { pk, sk } = keys.transition(a, RULE, scanId)
  return [pk, sk]
}

const KEPT = 'change in scan s1 is gone, and is kept until'

test.each<[string, Forged, string[]]>([
  ['says nothing else', {}, [KEPT]],
  [
    'dates its change before its scan',
    { changed: day(-500) },
    ['change in scan s2 was sealed with a time', 'change in scan s1 is gone'],
  ],
  ['dates its change after it was made', { changed: day(900) }, ['change in scan s2 was sealed with a time']],
  [
    'dates its scan and its change back',
    { opened: day(-500), changed: later(-500, 1) },
    ['change in scan s1 is gone'],
  ],
  [
    'dates all of it back',
    { opened: day(-500), changed: later(-500, 1), sealed: later(-500, 3) },
    ['seal 2 says to be older'],
  ],
  ['says that changes are kept for a day', { historyDays: 1 }, [KEPT]],
])('a seal that was added and %s excuses nothing that is gone before it', async (_, forged, finds) => {
  const problems = await problemsOf(forged)
  for (const each of finds) expect(problems).toContainEqual(expect.stringContaining(each))
  expect(problems).toContainEqual(expect.stringContaining('change in scan s1 is gone'))
})

test.each(['x', '', '2026-13-01T00:00:00Z', '+275760-09-13T00:00:00.001Z'])(
  '%j is no time in a seal',
  (time) => {
    const leaf = ['transition', ...place('s1'), '0'.repeat(64), time]
    expect(leafSchema.safeParse(leaf).success).toBe(false)
    expect(readPart(gzipSync(canonicalJson([leaf])), hashOf([leaf]))).toBe('was changed: it cannot be read')
    const scan = { scanId: 's', status: 'closed', openedAt: day(0) }
    const manifest = {
      schemaVersion: 1,
      number: 1,
      previous: null,
      scan,
      sealedAt: day(0),
      historyDays: 400,
      parts: [],
    }
    expect(manifestSchema.safeParse(manifest).success).toBe(true)
    expect(manifestSchema.safeParse({ ...manifest, sealedAt: time }).success).toBe(false)
    expect(manifestSchema.safeParse({ ...manifest, scan: { ...scan, openedAt: time } }).success).toBe(false)
    expect(leafOf('scan', { ...keys.scan('s'), expiresAt: 1e300, ttl: 1e300 })[4]).toBeNull()
  },
)
