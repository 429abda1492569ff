import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createStore } from '../../shared/store/create-store.ts'
import { changed, granted, removed } from '../../shared/waivers/revisions.ts'
import type { Waiver } from '../../shared/waivers/waiver.ts'
import { day, endOf, OTHER_RULE, request, waiver } from '../waivers/waivers.fixture.ts'
import { Crash, crashingClient } from './client.fixture.ts'
import { startTables } from './table.fixture.ts'

let tables: Awaited<ReturnType<typeof startTables>>
beforeAll(async () => {
  tables = await startTables()
})
afterAll(() => tables.stop())

const BOB = 'arn:aws:iam::111111111111:user/bob'
const first = waiver({ approvedBy: 'carol' })
const second = changed(first, request({ until: endOf(60) }), { who: BOB, at: day(1) })
const third = removed(second, { who: BOB, at: day(2) })

const byRevision = (a: Waiver, b: Waiver) => a.revision - b.revision

describe('waivers in the table', () => {
  test('come back as they were put, each under its id', async () => {
    const store = await tables.newStore()
    expect(await store.waivers()).toEqual([])
    const other = waiver({ rule: OTHER_RULE })
    expect(await store.putWaiver(first, undefined)).toBe(true)
    expect(await store.putWaiver(other, undefined)).toBe(true)
    expect(await store.waivers()).toEqual([first, other].sort((a, b) => (a.id < b.id ? -1 : 1)))
  })

  test('keep every revision, whatever is changed and removed, over many pages too', async () => {
    const store = await tables.newStore(1)
    await store.putWaiver(first, undefined)
    await store.putWaiver(second, first)
    await store.putWaiver(third, second)
    expect(await store.waivers()).toEqual([third])
    expect((await store.waiverRevisions()).sort(byRevision)).toEqual([first, second, third])
  })
})

describe('two people at once', () => {
  test('who add the same waiver: one is told that somebody was faster', async () => {
    const store = await tables.newStore()
    const mine = granted(request({ reason: 'mine' }), { who: BOB, at: day(0) }, [])
    const both = await Promise.all([store.putWaiver(first, undefined), store.putWaiver(mine, undefined)])
    expect(both.toSorted()).toEqual([false, true])
    expect(await store.waivers()).toEqual([both[0] ? first : mine])
  })

  test('who change the same revision: only one change is kept, and nothing is overwritten', async () => {
    const store = await tables.newStore()
    await store.putWaiver(first, undefined)
    const theirs = removed(first, { who: 'somebody', at: day(1) })
    const both = await Promise.all([store.putWaiver(second, first), store.putWaiver(theirs, first)])
    expect(both.toSorted()).toEqual([false, true])
    const stands = both[0] ? second : theirs
    expect((await store.waiverRevisions()).sort(byRevision)).toEqual([first, stands])
  })
})

test('a change that broke off at any write, and is repeated, ends as if nothing had happened', async () => {
  for (const when of ['before', 'after'] as const)
    for (const atWrite of [1, 2]) {
      const name = await tables.newTable()
      const store = createStore(tables.client, name)
      await store.putWaiver(first, undefined)
      const { client } = crashingClient(tables.client, { atWrite, when })
      const broken = createStore(client, name).putWaiver(second, first)
      await expect(broken).rejects.toThrow(Crash)
      expect((await store.waiverRevisions()).map(({ revision }) => revision)).toContain(1)
      expect(await store.putWaiver(second, first)).toBe(true)
      expect(await store.waivers()).toEqual([second])
      expect((await store.waiverRevisions()).sort(byRevision)).toEqual([first, second])
    }
})

test('what a configuration demands is as the newest scan has left it', async () => {
  const store = await tables.newStore()
  expect(await store.settings()).toBeUndefined()
  await store.putSettings({ waivers: { maxDays: 365, approval: 'optional', tags: ['Name', 'team'] } })
  const next = { waivers: { maxDays: 90, approval: 'required' as const, tags: ['Name'] } }
  await store.putSettings(next)
  expect(await store.settings()).toEqual(next)
})
