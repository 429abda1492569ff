import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createApi } from '../../shared/api/create-api.ts'
import type { Store } from '../../shared/store/store.ts'
import { startTables } from '../store/table.fixture.ts'
import { AUTO_TLS, day, HARBOUR, HARBOUR_2, liveThrough, NOW, RULES } from './world.fixture.ts'

let tables: Awaited<ReturnType<typeof startTables>>
let store: Store
let now = NOW
let api: ReturnType<typeof createApi>
beforeAll(async () => {
  tables = await startTables()
  store = await tables.newStore()
  await liveThrough(store)
  api = createApi({ store, now: () => now, rules: RULES })
})
afterAll(() => tables.stop())

type Body = Record<string, unknown> & { next?: string }

const get = async (address: string): Promise<Body> => {
  const answer = await api.request(address)
  expect([address, answer.status]).toEqual([address, 200])
  return (await answer.json()) as Body
}

/** Every page, by the cursor of the one before. */
const pagesOf = async (address: string, limit: number): Promise<Body[]> => {
  const pages: Body[] = []
  let cursor = ''
  do {
    const page = await get(`${address}${address.includes('?') ? '&' : '?'}limit=${limit}${cursor}`)
    pages.push(page)
    cursor = page.next === undefined ? '' : `&cursor=${page.next}`
  } while (cursor !== '' && pages.length < 200)
  return pages
}

/** The list that is paged, whatever it is called. */
const LISTS: [address: string, ...keys: string[]][] = [
  ['/v1/findings', 'findings'],
  ['/v1/findings?cluster=harbour,orchard&severity=high', 'findings'],
  ['/v1/findings?at=2026-01-03', 'findings'],
  ['/v1/open', 'open'],
  ['/v1/open-clusters', 'clusters'],
  ['/v1/overdue', 'overdue'],
  ['/v1/instances', 'instances'],
  ['/v1/scans', 'scans'],
  ['/v1/changes?from=2026-01-02', 'changes'],
  ['/v1/rejudged?from=30d', 'verdicts', 'restatements'],
  ['/v1/posture?by=rule', 'rows'],
  ['/v1/time-to-fix', 'fixes'],
  ['/v1/gaps', 'gaps'],
  ['/v1/exceptions?from=30d', 'exceptions'],
]

describe('a list a page at a time', () => {
  test.each(LISTS)('%s is what it is at once, in the same order', async (address, ...keys) => {
    const whole = await get(`${address}${address.includes('?') ? '&' : '?'}limit=1000`)
    expect(whole).not.toHaveProperty('next')
    const entries = (page: Body) => keys.flatMap((key) => page[key] as unknown[])
    const limit = Math.ceil(entries(whole).length / 4)
    const pages = await pagesOf(address, limit)
    expect(pages.flatMap(entries)).toEqual(entries(whole))
    for (const page of pages.slice(0, -1)) expect(entries(page)).toHaveLength(limit)
    expect(pages.length).toBeGreaterThan(entries(whole).length > 1 ? 1 : 0)
  })

  test('the newest changes of a finding come first, each page oldest first', async () => {
    const { account, region, instanceId } = HARBOUR
    const address = `/v1/findings/${account}/${region}/${instanceId}/${AUTO_TLS}`
    const { changes } = await get(address)
    expect(changes).toMatchObject([{ to: 'FAIL' }, { from: 'FAIL', to: 'PASS' }])
    const pages = await pagesOf(address, 1)
    expect(pages.toReversed().flatMap((page) => page.changes)).toEqual(changes)
  })

  test('"7d" means the same on every page, however long one takes to turn it', async () => {
    const first = await get('/v1/changes?from=7d&limit=1')
    expect(first.to).toBe(NOW)
    now = day(20)
    const second = await get(`/v1/changes?from=7d&limit=1&cursor=${first.next}`)
    const since = await get('/v1/open?since=30d&limit=1')
    now = NOW
    expect([second.from, second.to]).toEqual([first.from, NOW])
    expect(second.changes).not.toEqual(first.changes)
    expect(since.next).toEqual(expect.any(String))
  })

  test('a list by "since" goes on though the clock does', async () => {
    const first = await get('/v1/findings?since=30d&limit=2')
    now = day(9, 1)
    const second = await get(`/v1/findings?since=30d&limit=2&cursor=${first.next}`)
    now = NOW
    expect(second.findings).toHaveLength(2)
  })

  test('an entry that is gone meanwhile is stood in for by its number', async () => {
    const { next } = await get('/v1/instances?limit=2&at=2026-01-03')
    const [version, question, at] = JSON.parse(Buffer.from(String(next), 'base64url').toString())
    const gone = Buffer.from(JSON.stringify([version, question, at, '2:no/such/node'])).toString('base64url')
    const expected = await get(`/v1/instances?limit=2&at=2026-01-03&cursor=${next}`)
    expect(await get(`/v1/instances?limit=2&at=2026-01-03&cursor=${gone}`)).toEqual(expected)
  })
})

describe('an answer that is too long for Lambda', () => {
  const long = (maxBytes: number) => createApi({ store, now: () => now, rules: RULES, maxBytes })

  test('is a shorter page, and nothing is lost', async () => {
    const all = (await get('/v1/findings')).findings as unknown[]
    const found: unknown[] = []
    let cursor = ''
    do {
      const answer = await long(20_000).request(`/v1/findings${cursor}`)
      const text = await answer.text()
      expect(Buffer.byteLength(JSON.stringify(text))).toBeLessThanOrEqual(20_000)
      const page = JSON.parse(text)
      found.push(...page.findings)
      cursor = page.next === undefined ? '' : `?cursor=${page.next}`
    } while (cursor !== '')
    expect(found).toEqual(all)
  })

  test('is refused where it has no parts', async () => {
    const { account, region, instanceId } = HARBOUR_2
    const answer = await long(1000).request(`/v1/instances/${account}/${region}/${instanceId}`)
    expect(answer.status).toBe(413)
    expect(await answer.json()).toMatchObject({ status: 413, title: 'Content Too Large' })
  })
})

describe('a cursor', () => {
  test.each([
    ['of another route', '/v1/findings?limit=1', '/v1/open?limit=1'],
    ['of other parameters', '/v1/findings?limit=1&status=FAIL', '/v1/findings?limit=1&status=PASS'],
    ['of no parameters', '/v1/findings?limit=1&status=FAIL', '/v1/findings?limit=1'],
    ['of another moment', '/v1/instances?limit=1', '/v1/instances?limit=1&at=2026-01-03'],
  ])('%s is refused', async (_, from, to) => {
    const { next } = await get(from)
    const answer = await api.request(`${to}&cursor=${next}`)
    expect(answer.status).toBe(400)
    expect(await answer.json()).toMatchObject({
      detail: expect.stringContaining('cursor belongs to another route or other parameters'),
      errors: [{ parameter: 'cursor' }],
    })
  })

  test('of the same parameters in another order, and of another limit, goes on', async () => {
    const { next } = await get('/v1/findings?limit=1&status=FAIL,ERROR&account=111111111111')
    const same = `account=111111111111&status=error&status=fail&limit=2&cursor=${next}`
    expect((await get(`/v1/findings?${same}`)).findings).not.toEqual([])
  })

  const forged = (content: unknown) => Buffer.from(JSON.stringify(content)).toString('base64url')
  const question = async (address: string) =>
    JSON.parse(Buffer.from(String((await get(address)).next), 'base64url').toString())[1]

  test('of a time to come is refused', async () => {
    const asked = await question('/v1/instances?limit=1')
    const { status } = await api.request(`/v1/instances?cursor=${forged([1, asked, day(30), '1:x'])}`)
    expect(status).toBe(400)
  })

  test.each(['/v1/findings', '/v1/scans', '/v1/instances', '/v1/changes?from=30d'])(
    'that somebody has made up is refused or begins somewhere, and breaks nothing: %s',
    async (address) => {
      const sign = address.includes('?') ? '&' : '?'
      const asked = await question(`${address}${sign}limit=1`)
      const places = [
        '',
        ':',
        '-1:',
        '1e9:x',
        'FAIL#',
        'FAIL##',
        'x#y',
        '2026-13-45#x',
        '\u0000',
        'x'.repeat(5000),
      ]
      const made = [
        ...places.map((place) => forged([1, asked, NOW, place])),
        forged([1, asked, day(30), '0:']),
        forged([1, asked, '+275760-09-13T00:00:00Z', '0:']),
        forged([2, asked, NOW, '0:']),
        forged(null),
        '!!!',
        'e30',
      ]
      for (const cursor of made) {
        const { status } = await api.request(`${address}${sign}cursor=${cursor}`)
        expect([cursor, [200, 400]]).toEqual([cursor, expect.arrayContaining([status])])
      }
    },
  )
})
