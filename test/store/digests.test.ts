import { afterAll, beforeAll, expect, test } from 'vitest'
import { at } from './fleet.fixture.ts'
import { startTables } from './table.fixture.ts'

let tables: Awaited<ReturnType<typeof startTables>>
beforeAll(async () => {
  tables = await startTables()
})
afterAll(() => tables.stop())

const digest = (scanId: string, route: string) => ({
  scanId,
  route,
  subject: '1 new failure',
  bodies: { default: 'in words', email: 'in more words' },
  attributes: { severity: 'high' },
})

test('the first body frozen is the one that is published, whatever a repeat would say', async () => {
  const store = await tables.newStore()
  expect(await store.freezeDigest(digest('s', 'ops'))).toEqual(digest('s', 'ops'))
  expect(await store.freezeDigest({ ...digest('s', 'ops'), subject: 'other' })).toEqual(digest('s', 'ops'))
  expect(await store.digest('s', 'ops')).toEqual(digest('s', 'ops'))
  expect(await store.digest('s', 'other')).toBeUndefined()
})

test('a digest is listed as unpublished until it is marked, once', async () => {
  const store = await tables.newStore(1)
  for (const route of ['a', 'b', 'c']) await store.freezeDigest(digest('s', route))
  await store.markDigestPublished('s', 'b', at(1), 'message-1')
  expect((await store.unpublishedDigests()).map(({ route }) => route)).toEqual(['a', 'c'])
  await store.markDigestPublished('s', 'b', at(2), 'message-2')
  expect(await store.digest('s', 'b')).toEqual({
    ...digest('s', 'b'),
    publishedAt: at(1),
    messageId: 'message-1',
  })
})

test('freezing again after publication neither lists nor reopens the digest', async () => {
  const store = await tables.newStore()
  await store.freezeDigest(digest('s', 'ops'))
  await store.markDigestPublished('s', 'ops', at(1), 'message-1')
  expect(await store.freezeDigest(digest('s', 'ops'))).toMatchObject({ publishedAt: at(1) })
  expect(await store.unpublishedDigests()).toEqual([])
})

test('marking a digest that was never frozen is an error', async () => {
  const store = await tables.newStore()
  await expect(store.markDigestPublished('s', 'ops', at(1), 'm')).rejects.toThrow('no digest for ops')
})
