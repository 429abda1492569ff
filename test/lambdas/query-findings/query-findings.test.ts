import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda'
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { bundleModule } from '../../../infra/bundle.ts'
import { MOST_BYTES, queryFindings } from '../../../lambdas/query-findings/query-findings.ts'
import { apiDescription } from '../../../shared/api/description.ts'
import { loadRules } from '../../../shared/rules/load.ts'
import { createStore } from '../../../shared/store/create-store.ts'
import type { Store } from '../../../shared/store/store.ts'
import { AUTO_TLS, HARBOUR, HARBOUR_2, liveThrough } from '../../api/world.fixture.ts'
import { startTables } from '../../store/table.fixture.ts'

type Handler = (event: APIGatewayProxyEventV2, context: object) => Promise<APIGatewayProxyStructuredResultV2>

/** As API Gateway's HTTP API sends it, payload format 2.0: the path decoded, the query not. */
const request = (rawPath: string, rawQueryString = '', method = 'GET'): APIGatewayProxyEventV2 => ({
  version: '2.0',
  routeKey: '$default',
  rawPath,
  rawQueryString,
  headers: { host: 'abc.execute-api.eu-central-1.amazonaws.com', accept: '*/*' },
  requestContext: {
    accountId: '111111111111',
    apiId: 'abc',
    domainName: 'abc.execute-api.eu-central-1.amazonaws.com',
    domainPrefix: 'abc',
    http: { method, path: rawPath, protocol: 'HTTP/1.1', sourceIp: '192.0.2.1', userAgent: 'curl/8.5.0' },
    requestId: 'JKJaXmPLvHcESHA=',
    routeKey: '$default',
    stage: '$default',
    time: '31/Jan/2026:12:00:00 +0000',
    timeEpoch: 1_769_860_800_000,
  },
  isBase64Encoded: false,
})
const CONTEXT = { functionName: 'query-findings', awsRequestId: 'request-1' }

let tables: Awaited<ReturnType<typeof startTables>>
let folder: string
let store: Store
let logged: string[] = []
const handlers = new Map<string, Handler>()
beforeAll(async () => {
  tables = await startTables()
  const table = await tables.newTable()
  store = createStore(tables.client, table)
  await liveThrough(store)
  const { hostname, port } = (await tables.client.config.endpoint?.()) ?? {}
  for (const [name, value] of Object.entries({
    AWS_REGION: 'eu-central-1',
    AWS_ACCESS_KEY_ID: 'none',
    AWS_SECRET_ACCESS_KEY: 'none',
    AWS_ENDPOINT_URL_DYNAMODB: `http://${hostname}:${port}`,
    TABLE_NAME: table,
    POWERTOOLS_DEV: 'true',
  }))
    vi.stubEnv(name, value)
  for (const method of ['log', 'info', 'warn', 'error', 'debug'] as const)
    vi.spyOn(console, method).mockImplementation((line: string) => void logged.push(line))
  folder = await mkdtemp(join(tmpdir(), 'fleet-scanner-query-'))
  await bundleModule(join(import.meta.dirname, '../../../lambdas/query-findings/index.ts'), folder)
  await writeFile(join(folder, 'rules.json'), JSON.stringify(loadRules()))
  await cp('docs/openapi.json', join(folder, 'openapi.json'))
  handlers.set('source', (await import('../../../lambdas/query-findings/index.ts')).handler as Handler)
  handlers.set('bundle', (await import(join(folder, 'index.mjs'))).handler)
})
beforeEach(() => {
  logged = []
})
afterAll(async () => {
  vi.unstubAllEnvs()
  vi.restoreAllMocks()
  await rm(folder, { recursive: true, force: true })
  await tables.stop()
})

describe.each(['source', 'bundle'])('the function, from its %s', (from) => {
  const ask = async (event: APIGatewayProxyEventV2) => {
    const answer = await handlers.get(from)?.(event, CONTEXT)
    expect(answer?.isBase64Encoded ?? false).toBe(false)
    return {
      status: answer?.statusCode,
      headers: answer?.headers ?? {},
      body: JSON.parse(answer?.body ?? ''),
    }
  }
  const place = `${HARBOUR_2.account}/${HARBOUR_2.region}/${HARBOUR_2.instanceId}`

  test('answers who asks what fails', async () => {
    const { status, headers, body } = await ask(
      request('/v1/findings', 'status=FAIL&limit=2&cluster=harbour%2Corchard'),
    )
    expect(status).toBe(200)
    expect(headers).toMatchObject({ 'content-type': 'application/json', 'cache-control': 'no-store' })
    expect(body).toMatchObject({
      findings: [{ status: 'FAIL' }, { status: 'FAIL' }],
      next: expect.any(String),
    })
    const { body: more } = await ask(
      request('/v1/findings', `status=FAIL&limit=2&cluster=harbour%2Corchard&cursor=${body.next}`),
    )
    expect(more.findings).not.toEqual(body.findings)
  })

  test('answers of one finding, its evidence, and the rules', async () => {
    const { body } = await ask(request(`/v1/findings/${place}/${AUTO_TLS}`))
    expect(body).toMatchObject({ finding: { status: 'FAIL' }, open: { firstBad: {} } })
    const evidence = await ask(request(`/v1/evidence/${place}/${body.finding.evidenceHash}`))
    expect(evidence.body.evidence.processes).not.toEqual([])
    expect((await ask(request('/v1/rules'))).body.rules).toHaveLength(loadRules().length)
  })

  test('describes itself', async () => {
    const { body } = await ask(request('/v1/openapi.json'))
    expect(body).toEqual(JSON.parse(JSON.stringify(apiDescription())))
  })

  test('refuses what is wrong, and what would write', async () => {
    expect(await ask(request('/v1/findings', 'statu=FAIL'))).toMatchObject({
      status: 400,
      headers: { 'content-type': 'application/problem+json' },
      body: { errors: [{ parameter: 'statu' }] },
    })
    expect(await ask(request('/v1/findings', '', 'DELETE'))).toMatchObject({
      status: 405,
      headers: { allow: 'GET' },
    })
    expect(logged).toEqual([])
  })

  test.each([
    ['a question mark', '/v1/rules?'],
    ['a hash', '/v1/rules#x'],
    ['a slash too many', `/v1/findings//${place}/${AUTO_TLS}`],
    ['dots', '/v1/../../etc/passwd'],
    ['a host', '//example.org/v1/rules'],
    ['a lone per cent sign', '/v1/rules/100%'],
    ['half a character', '/v1/rules/\ud83d'],
    ['a line break', '/v1/rules/a\r\nx-header: 1'],
    ['nothing', ''],
  ])('is not led astray by a path with %s', async (_, path) => {
    const { status } = await ask(request(path))
    expect([400, 404]).toContain(status)
    expect(logged).toEqual([])
  })
})

describe('when the table cannot be read', () => {
  test('the log has the reason, and the answer does not', async () => {
    vi.stubEnv('TABLE_NAME', 'no-such-table')
    vi.resetModules()
    const { handler } = await import('../../../lambdas/query-findings/index.ts')
    const answer = await (handler as Handler)(request('/v1/fleet'), CONTEXT)
    expect(answer.statusCode).toBe(500)
    expect(answer.body).not.toMatch(/ResourceNotFound|table-|no-such-table/)
    expect(JSON.parse(logged.join(''))).toMatchObject({
      level: 'ERROR',
      message: 'a request could not be answered',
      path: '/v1/fleet',
      error: { name: 'ResourceNotFoundException' },
      function_request_id: 'request-1',
    })
  })
})

test('an answer is never longer than Lambda takes, however much there is', async () => {
  const { account, region, instanceId } = HARBOUR
  const [finding] = await store.findings({ instance: [instanceId] })
  // Quotes are the worst: each is three characters in the end.
  const long = { ...finding, message: '"'.repeat(20_000), account, region }
  const findingsPage: Store['findingsPage'] = async (_, limit) => ({
    findings: Array.from({ length: limit }, () => long as never),
    next: `FAIL#x#${account}/${region}/${instanceId}`,
  })
  const ask = queryFindings({
    store: { ...store, findingsPage },
    rules: loadRules(),
    now: () => new Date().toISOString(),
  })
  const answer = await ask(request('/v1/findings', 'limit=1000'))
  expect(answer.statusCode).toBe(200)
  const sent = Buffer.byteLength(JSON.stringify(answer))
  expect(sent).toBeLessThanOrEqual(6 * 1024 * 1024)
  expect(sent).toBeGreaterThan(MOST_BYTES / 3)
})
