import { randomBytes } from 'node:crypto'
import { gzipSync } from 'node:zlib'
import { PutCommand } from '@aws-sdk/lib-dynamodb'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Ledger } from '../../shared/push/plan-push.ts'
import { createStore } from '../../shared/store/create-store.ts'
import { keys } from '../../shared/store/keys.ts'
import { now, startTables } from '../store/table.fixture.ts'

let tables: Awaited<ReturnType<typeof startTables>>
beforeAll(async () => {
  tables = await startTables()
})
afterAll(() => tables.stop())

const HERE = { account: '111122223333', region: 'eu-west-1' }
const THERE = { account: '111122223333', region: 'us-east-1' }
const AT = '2026-01-31T12:00:00.000Z'
const NOTHING: Ledger = new Map()

/** Ids and hashes as they are: long, and as good as random. */
const ledger = (count: number, at = AT): Ledger =>
  new Map(
    Array.from({ length: count }, (_, n) => {
      const random = (Math.imul(n + 1, 2654435761) >>> 0).toString(16).padStart(8, '0')
      const id = `fleet-scanner/111122223333/eu-west-1/i-${random}${random.slice(0, 7)}${n % 10}/etcd-peer-client-cert-auth-enabled`
      return [`${id}${n}`, { content: `${random}${random}`, at }] as const
    }),
  )

test('what was sent is known afterwards, each account and region by itself', async () => {
  const store = await tables.newStore()
  expect(await store.pushed(HERE)).toEqual(NOTHING)
  const sent = ledger(300)
  await store.putPushed(HERE, sent, NOTHING)
  expect(await store.pushed(HERE)).toEqual(sent)
  expect(await store.pushed(THERE)).toEqual(NOTHING)
  const next = new Map([...sent].slice(0, 200))
  await store.putPushed(HERE, next, sent)
  expect(await store.pushed(HERE)).toEqual(next)
})

test('only what differs is written, and it is deleted when nothing of it can be in Security Hub any more', async () => {
  const name = await tables.newTable()
  let later = 0
  const store = createStore(tables.client, name, { now: () => new Date(now().getTime() + later) })
  const sent = ledger(300)
  await store.putPushed(HERE, sent, NOTHING)
  later = 86_400_000
  const [id = ''] = sent.keys()
  await store.putPushed(HERE, new Map([...sent, [id, { content: 'another', at: AT }]]), sent)
  const items = await tables.contentOf(name)
  const ends = items.map(({ expiresAt }) => Number(expiresAt) - now().getTime() / 1000)
  expect(items).toHaveLength(16)
  expect(ends.filter((end) => end === 100 * 86_400)).toHaveLength(15)
  expect(ends.filter((end) => end === 101 * 86_400)).toHaveLength(1)
})

test('an account and region of 10,000 instances with 6 rules takes a quarter of what fits', async () => {
  const name = await tables.newTable()
  const store = createStore(tables.client, name)
  await store.putPushed(HERE, ledger(60_000), NOTHING)
  const largest = Math.max(
    ...(await tables.contentOf(name)).map(({ gzip }) => (gzip as Uint8Array).byteLength),
  )
  expect(largest).toBeLessThan(100 * 1024)
  expect((await store.pushed(HERE)).size).toBe(60_000)
})

test('of pushes that write at once none loses what another has kept, and the later word about a finding stands', async () => {
  const store = await tables.newStore()
  const seen = await store.putPushed(HERE, ledger(50), NOTHING)
  const later = (hours: number) => new Date(Date.parse(AT) + hours * 3_600_000).toISOString()
  const [shared = '', gone = ''] = seen.keys()
  const pushes = [1, 2, 3, 4].map((n) => {
    const next = new Map(seen)
    next.set(`only/${n}`, { content: `of ${n}`, at: later(n) })
    next.set(shared, { content: `of ${n}`, at: later(n) })
    if (n === 2) next.delete(gone)
    return store.putPushed(HERE, next, seen)
  })
  const kept = await Promise.all(pushes)
  const there = await store.pushed(HERE)
  expect(there.get(shared)).toEqual({ content: 'of 4', at: later(4) })
  expect([1, 2, 3, 4].map((n) => there.get(`only/${n}`)?.content)).toEqual(['of 1', 'of 2', 'of 3', 'of 4'])
  expect(there.has(gone)).toBe(false)
  expect(there.size).toBe(53)
  // Each is told of what it wrote into the same item.
  for (const [n, each] of kept.entries()) expect(each.get(`only/${n + 1}`)?.content).toBe(`of ${n + 1}`)
})

const packed = async (gzip: Uint8Array) => {
  const name = await tables.newTable()
  const Item = { ...keys.push(HERE, 3), gzip, version: 1 }
  await tables.client.send(new PutCommand({ TableName: name, Item }))
  return createStore(tables.client, name)
}

test.each([
  ['unpacks to far more than a push writes', () => gzipSync(`{}${' '.repeat(65 * 1024 * 1024)}`)],
  ['is not packed', () => Buffer.from('{}')],
  ['holds something else', () => gzipSync('{"a":1}')],
])('an item that %s is named, with what to do', async (_, gzip) => {
  const store = await packed(gzip())
  await expect(store.pushed(HERE)).rejects.toThrow(
    /^the item PUSH#111122223333#eu-west-1 SECURITY-HUB#0003 is not as a push writes it; delete it, and push with --all$/,
  )
})

test('what is too much for an item is said before anything of it is written', async () => {
  const store = await tables.newStore()
  const id = () => randomBytes(360).toString('base64')
  const many: Ledger = new Map(Array.from({ length: 20_000 }, () => [id(), { content: 'x', at: AT }]))
  const problem = await store.putPushed(HERE, many, NOTHING).catch((error: Error) => error.message)
  expect(problem).toBe(
    'account 111122223333, region eu-west-1 has more findings than can be remembered, which are about 150,000',
  )
  expect((await store.pushed(HERE)).size).toBe(0)
})
