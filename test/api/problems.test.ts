import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type ApiDeps, createApi } from '../../shared/api/create-api.ts'
import { problemSchema } from '../../shared/api/problem.ts'
import { ROUTES } from '../../shared/api/routes/index.ts'
import type { Store } from '../../shared/store/store.ts'
import { startTables } from '../store/table.fixture.ts'
import { AUTO_TLS, HARBOUR, liveThrough, NOW, RULES, tooLarge, WORKER } from './world.fixture.ts'

let tables: Awaited<ReturnType<typeof startTables>>
let store: Store
let api: ReturnType<typeof createApi>
let large: string
beforeAll(async () => {
  tables = await startTables()
  store = await tables.newStore()
  await liveThrough(store)
  large = await tooLarge(store)
  api = createApi({ store, now: () => NOW, rules: RULES })
})
afterAll(() => tables.stop())

const problemAt = async (address: string, of = api, init: RequestInit = {}) => {
  const answer = await of.request(address, init)
  expect(answer.headers.get('content-type')).toBe('application/problem+json')
  expect(answer.headers.get('cache-control')).toBe('no-store')
  const body = problemSchema.loose().parse(await answer.json())
  // What the schema does not know it drops.
  expect(problemSchema.parse(body)).toStrictEqual(body)
  expect(body.status).toBe(answer.status)
  return { ...body, allow: answer.headers.get('allow'), retryAfter: answer.headers.get('retry-after') }
}

describe('what is refused', () => {
  test.each([
    ['/v1/findings?statu=FAIL', 'statu', 'is no parameter of this route; it takes account, region'],
    ['/v1/rules?limit=3', 'limit', 'is no parameter of this route; it takes none'],
    [
      '/v1/findings?status=FALSE',
      'status',
      'does not know "FALSE"; it takes FAIL, ERROR, PASS, NOT_APPLICABLE',
    ],
    ['/v1/findings?severity=', 'severity', 'has an empty value'],
    ['/v1/findings?cluster=a,,b', 'cluster', 'has an empty value'],
    [`/v1/findings?rule=${'x'.repeat(300)}`, 'rule', 'has a value longer than 256'],
    [`/v1/findings?rule=${'x,'.repeat(100)}x`, 'rule', 'has more than 100 values'],
    ['/v1/findings?limit=0', 'limit', 'takes a whole number from 1 to 1000'],
    ['/v1/findings?limit=1001', 'limit', 'takes a whole number from 1 to 1000'],
    ['/v1/findings?limit=1.5', 'limit', 'takes a whole number from 1 to 1000'],
    ['/v1/findings?limit=ten', 'limit', 'takes a whole number from 1 to 1000'],
    ['/v1/findings?limit=1&limit=2', 'limit', 'takes a whole number from 1 to 1000'],
    ['/v1/findings?cursor=', 'cursor', 'is empty'],
    ['/v1/findings?at=', 'at', 'is empty'],
    ['/v1/findings?at=1d&at=2d', 'at', 'is given more than once'],
    ['/v1/findings?at=yesterday', 'at', 'does not know "yesterday"; it takes a date'],
    ['/v1/findings?at=2026-02-31', 'at', 'does not know "2026-02-31"'],
    ['/v1/findings?at=2027-01-01', 'at', 'has not come yet'],
    ['/v1/fleet?at=2027-01-01', 'at', 'has not come yet'],
    ['/v1/instances?state=lost', 'state', 'does not know "lost"; it takes assessed'],
    ['/v1/changes?from=1h&to=2h', 'from', 'is not before `to`'],
    ['/v1/changes?from=2026-01-03T12:00&to=2026-01-03T12:00Z', 'from', 'is not before `to`'],
    ['/v1/changes?to=x', 'to', 'does not know "x"'],
    ['/v1/posture?by=colour', 'by', 'takes account, cluster, rule'],
    ['/v1/posture?from=2001-01-01', 'from', 'is more than 1100 days before `to`'],
    ['/v1/changes?from=401d', 'from', 'is more than 400 days before `to`; ask for a part of it'],
    ['/v1/rejudged?from=2001-01-01&to=2002-03-01', 'from', 'is more than 400 days before `to`'],
    ['/v1/time-to-fix?from=2001-01-01', 'from', 'is more than 400 days before `to`'],
    ['/v1/gaps?from=1970-01-01', 'from', 'is more than 400 days before `to`'],
    ['/v1/exceptions?on=1d&from=2d', 'on', 'is given with `from` or `to`'],
    ['/v1/exceptions?to=1d', 'from', 'is missing'],
    [`/v1/findings/a/b/c%2Fd/${AUTO_TLS}`, 'instance', 'is no such name'],
  ])('%s', async (address, parameter, problem) => {
    const { status, errors } = await problemAt(address)
    expect(status).toBe(400)
    expect(errors).toEqual([{ parameter, problem: expect.stringContaining(problem) }])
  })

  test.each(['/v1/changes?from=400d', '/v1/posture?from=1100d', '/v1/exceptions?from=2001-01-01'])(
    'and this is the longest that may be asked: %s',
    async (address) => expect((await api.request(address)).status).toBe(200),
  )

  test('names every parameter that is wrong, and says so in words too', async () => {
    const { errors, detail } = await problemAt('/v1/findings?limit=0&statu=FAIL&severity=none')
    expect(errors?.map(({ parameter }: { parameter: string }) => parameter).sort()).toEqual([
      'limit',
      'severity',
      'statu',
    ])
    expect(detail).toContain('limit takes a whole number')
  })

  test.each(['POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS'])(
    '%s: everything is read',
    async (method) => {
      const answer = await api.request('/v1/findings', { method })
      expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'GET'])
    },
  )
})

describe('what is not there', () => {
  const { account, region, instanceId } = HARBOUR
  test.each([
    ['/', 'there is no such route'],
    ['/v1', 'there is no such route'],
    ['/v1/findings/', 'there is no such route'],
    ['/v2/findings', 'there is no such route'],
    [`/v1/findings/${account}/${region}/${instanceId}/no-such-rule`, 'there is no finding of this rule'],
    [`/v1/findings/${account}/${region}/i-99999999/${AUTO_TLS}`, 'there is no finding of this rule'],
    [`/v1/instances/${account}/eu-west-1/${instanceId}`, 'no scan has seen this instance'],
    [`/v1/evidence/${account}/${region}/${instanceId}/abc`, 'no evidence of this hash'],
    ['/v1/scans/20200101T000000Z', 'there is no scan of this id'],
    ['/v1/rules/etcd', 'there is no rule of this id'],
  ])('is 404: %s', async (address, detail) => {
    expect(await problemAt(address)).toMatchObject({ status: 404, detail: expect.stringContaining(detail) })
  })

  test('evidence that was too large to keep is 410, with its size', async () => {
    const address = `/v1/evidence/${WORKER.account}/${WORKER.region}/${WORKER.instanceId}/${large}`
    expect(await problemAt(address)).toMatchObject({
      status: 410,
      detail: expect.stringContaining('409600 bytes'),
    })
  })
})

describe('what goes wrong here', () => {
  const failing = (name: string, message: string) => {
    const told: unknown[] = []
    const error = Object.assign(new Error(message), { name })
    const deps: ApiDeps = {
      store: { ...store, scanAt: () => Promise.reject(error) },
      ...{ now: () => NOW, rules: RULES, onError: (...said) => told.push(said) },
    }
    return { of: createApi(deps), told, error }
  }

  test('is 500, and its text goes to the log, not to the caller', async () => {
    const { of, told, error } = failing('Error', 'table arn:aws:dynamodb:secret is on fire')
    const problem = await problemAt('/v1/fleet', of)
    expect(problem).toMatchObject({ status: 500, title: 'Internal Server Error' })
    expect(JSON.stringify(problem)).not.toContain('secret')
    expect(told).toEqual([[error, '/v1/fleet']])
  })

  test('is 503 where the table is asked too much', async () => {
    const { of } = failing('ThrottlingException', 'Rate exceeded')
    expect(await problemAt('/v1/fleet', of)).toMatchObject({ status: 503, retryAfter: '5' })
  })
})

describe('whatever is asked', () => {
  const hostile = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 40 }),
    fc.constantFrom(
      '..',
      '.',
      '',
      '%2F',
      '%00',
      '<script>',
      "' OR 1=1",
      '‮',
      '\ud800',
      '$ne',
      '__proto__',
      '#',
      '?',
    ),
    fc.constantFrom(
      HARBOUR.account,
      HARBOUR.region,
      HARBOUR.instanceId,
      AUTO_TLS,
      '7d',
      '2026-01-03',
      '1',
      'FAIL',
    ),
    fc.string({ minLength: 100, maxLength: 3000 }),
  )
  const encoded = hostile.map((text) => encodeURIComponent(text.toWellFormed()))
  const raw = fc.oneof(
    { weight: 4, arbitrary: encoded },
    fc.constantFrom('%', '%ZZ', '%E0%A4', '%C0%AF', ';', '&', '='),
  )
  const NAMES = [
    ...new Set(ROUTES.flatMap(({ query }) => Object.keys(query))),
    'x',
    '__proto__',
    'constructor',
  ]

  test('is answered or refused, and never a fault', () =>
    fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...ROUTES.map(({ path }) => path)),
        fc.array(raw, { minLength: 4, maxLength: 4 }),
        fc.array(fc.tuple(fc.constantFrom(...NAMES), raw), { maxLength: 3 }),
        async (path, parts, query) => {
          let part = 0
          const address = path.replaceAll(/\{\w+\}/g, () => parts[part++] ?? '')
          const asked = query.map(([name, value]) => `${name}=${value}`).join('&')
          const answer = await api.request(`${address}${asked === '' ? '' : `?${asked}`}`)
          expect([200, 400, 404, 410]).toContain(answer.status)
          await answer.json()
        },
      ),
      { numRuns: 120 },
    ))
})
