import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type * as z from 'zod'
import { ANSWERS } from '../../shared/api/answers.ts'
import { createApi } from '../../shared/api/create-api.ts'
import { ROUTES } from '../../shared/api/routes/index.ts'
import { scanIdOf } from '../../shared/scan-id.ts'
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
  WORKER,
} from './world.fixture.ts'

let tables: Awaited<ReturnType<typeof startTables>>
let store: Store
let api: ReturnType<typeof createApi>
beforeAll(async () => {
  tables = await startTables()
  store = await tables.newStore()
  await liveThrough(store)
  api = createApi({ store, now: () => NOW, rules: RULES, onError: (error) => console.error(error) })
})
afterAll(() => tables.stop())

const get = async (address: string) => {
  const answer = await api.request(address)
  return { status: answer.status, body: await answer.json(), headers: answer.headers }
}

const pathOf = ({ account, region, instanceId }: typeof HARBOUR) => `${account}/${region}/${instanceId}`
const hashOf = async (node: typeof HARBOUR): Promise<string> => {
  const [found] = await store.findings({ instance: [`${pathOf(node)}`] })
  return found?.evidenceHash ?? ''
}

/** By route, addresses that bring an answer with something in it. */
const ADDRESSES: Record<string, (() => string | Promise<string>)[]> = {
  '/v1/findings': [
    () => '/v1/findings',
    () => '/v1/findings?status=FAIL,ERROR&cluster=harbour&cluster=orchard',
    () => '/v1/findings?at=2026-01-03',
    () => `/v1/findings?instance=${WORKER.instanceId}`,
  ],
  '/v1/findings/{account}/{region}/{instance}/{rule}': [
    () => `/v1/findings/${pathOf(HARBOUR)}/${AUTO_TLS}`,
    () => `/v1/findings/${pathOf(HARBOUR_2)}/${AUTO_TLS}`,
    () => `/v1/findings/${pathOf(ORCHARD)}/${AUTO_TLS}`,
    () => `/v1/findings/${pathOf(WORKER)}/${AUTO_TLS}`,
  ],
  '/v1/open': [() => '/v1/open', () => '/v1/open?severity=high'],
  '/v1/open-clusters': [() => '/v1/open-clusters'],
  '/v1/overdue': [() => '/v1/overdue'],
  '/v1/summary': [() => '/v1/summary'],
  '/v1/instances': [() => '/v1/instances', () => '/v1/instances?at=2026-01-01&state=unreachable'],
  '/v1/instances/{account}/{region}/{instance}': [
    () => `/v1/instances/${pathOf(HARBOUR)}`,
    () => `/v1/instances/${pathOf(WORKER)}`,
  ],
  '/v1/evidence/{account}/{region}/{instance}/{hash}': [
    async () => `/v1/evidence/${pathOf(ORCHARD)}/${await hashOf(ORCHARD)}`,
    async () => `/v1/evidence/${pathOf(GARBLED)}/${await hashOf(GARBLED)}`,
  ],
  '/v1/fleet': [() => '/v1/fleet', () => '/v1/fleet?at=2026-01-02'],
  '/v1/scans': [() => '/v1/scans'],
  '/v1/scans/{scanId}': [() => `/v1/scans/${scanIdOf(day(8))}`, () => `/v1/scans/${scanIdOf(day(1))}`],
  '/v1/changes': [() => '/v1/changes?from=2026-01-02&to=2026-01-09T00:00'],
  '/v1/rejudged': [() => '/v1/rejudged?from=30d'],
  '/v1/posture': [
    () => '/v1/posture',
    () => '/v1/posture?by=cluster',
    () => '/v1/posture?by=rule&cluster=harbour',
  ],
  '/v1/time-to-fix': [() => '/v1/time-to-fix', () => '/v1/time-to-fix?by=severity'],
  '/v1/gaps': [() => '/v1/gaps', () => '/v1/gaps?by=cluster'],
  '/v1/exceptions': [
    () => '/v1/exceptions',
    () => '/v1/exceptions?on=2026-01-01',
    () => '/v1/exceptions?from=30d',
  ],
  '/v1/rules': [() => '/v1/rules'],
  '/v1/rules/{id}': [() => `/v1/rules/${AUTO_TLS}`],
}

describe('every answer', () => {
  test('of every route is looked at here', () => {
    expect(Object.keys(ADDRESSES).sort()).toEqual(ROUTES.map(({ path }) => path).sort())
  })

  const cases = Object.entries(ADDRESSES).flatMap(([path, addresses]) =>
    addresses.map((address, i) => [`${path} (${i})`, path, address] as const),
  )
  test.each(cases)('is as the description says, no key more or less: %s', async (_, path, address) => {
    const { status, body, headers } = await get(await address())
    expect(body).not.toHaveProperty('detail')
    expect(status).toBe(200)
    expect(headers.get('content-type')).toBe('application/json')
    expect(headers.get('cache-control')).toBe('no-store')
    const schema: z.ZodType = ANSWERS[path as keyof typeof ANSWERS]
    // What the schema does not know it drops.
    expect(schema.parse(body)).toStrictEqual(body)
    const lists = Object.values(body as object).filter(Array.isArray)
    if (lists.length > 0) expect(lists.flat()).not.toEqual([])
  })
})
