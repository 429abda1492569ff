import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, expect, test, vi } from 'vitest'
import { askedFor } from '../../scripts/smoke/asked-for.ts'
import type { World } from '../../scripts/smoke/step.ts'

type Answer = { status: number; body?: string; headers?: Record<string, string> }

const servers: Server[] = []
afterEach(() => {
  for (const server of servers.splice(0)) server.close()
  vi.unstubAllEnvs()
})

const serve = async (answer: (request: IncomingMessage) => Answer): Promise<string> => {
  const server = createServer((request, response) => {
    const { status, body = '', headers = {} } = answer(request)
    response.writeHead(status, headers).end(body)
  })
  servers.push(server)
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

const run = (name: string, outputs: Record<string, string>, scans = ['s1']): Promise<string> => {
  const credentials = async () => ({ accessKeyId: 'a', secretAccessKey: 'b' })
  const clients = { lambda: { config: { credentials } } }
  const world = { deployment: { region: 'eu-west-1', outputs, clients }, scans } as unknown as World
  const step = askedFor.find((each) => each.name === name)
  if (!step) throw new Error(`no step ${name}`)
  return step.run(world)
}

test('an API that refuses who has not signed is as assumed', async () => {
  const url = await serve(({ method, url = '' }) => ({
    status: method === 'GET' && url.startsWith('/v1/') ? 403 : 404,
  }))
  expect(await run('api', { ApiUrl: url })).toBe(`${url} refuses it`)
})

test.each([
  ['answers anybody', () => 200, /an unsigned question is answered with 200, not refused with 403/],
  ['is broken', () => 500, /answered with 500/],
  [
    'takes what is written',
    (method = '') => (method === 'POST' ? 200 : 403),
    /POST \/v1\/rules is answered with 200/,
  ],
])('one that %s is not', async (_, status, message) => {
  const url = await serve(({ method }) => ({ status: status(method) }))
  await expect(run('api', { ApiUrl: url })).rejects.toThrow(message)
})

const RULE = '<Rule><DefaultRetention><Mode>GOVERNANCE</Mode><Days>400</Days></DefaultRetention></Rule>'
const LOCKED = {
  'x-amz-object-lock-mode': 'GOVERNANCE',
  'x-amz-object-lock-retain-until-date': '2027-03-07T12:00:00Z',
}

/** S3, as far as the step asks it; two pages of seals. */
const bucket = async (rule = RULE, headers: Record<string, string> = LOCKED, first = 's0'): Promise<void> => {
  const page = (key: string, more: string) =>
    `<ListBucketResult>${more}<Contents><Key>${key}</Key></Contents></ListBucketResult>`
  const url = await serve((request) => {
    if (request.method === 'HEAD') return { status: 200, headers }
    const asked = request.url ?? ''
    if (asked.includes('object-lock'))
      return { status: 200, body: `<ObjectLockConfiguration>${rule}</ObjectLockConfiguration>` }
    if (asked.includes('continuation-token'))
      return { status: 200, body: page('seals/0000000002-s1-0a1b2c3d4e5f6071.json.gz', '') }
    return {
      status: 200,
      body: page(
        `seals/0000000001-${first}-1a1b2c3d4e5f6071.json.gz`,
        '<NextContinuationToken>t</NextContinuationToken>',
      ),
    }
  })
  vi.stubEnv('AWS_ENDPOINT_URL_S3', url)
}

test('a seal that is in the bucket and locked is as assumed', async () => {
  await bucket()
  expect(await run('bucket', { EvidenceBucketName: 'b' })).toBe(
    'seals/0000000002-s1-0a1b2c3d4e5f6071.json.gz, governance until 2027-03-07',
  )
})

test('a seal that is not there, not locked, or in a bucket that locks nothing, is not', async () => {
  await bucket()
  await expect(run('bucket', { EvidenceBucketName: 'b' }, ['s9'])).rejects.toThrow(
    'no object under seals/ is of scan s9',
  )
  await bucket(RULE, LOCKED, 's1')
  await expect(run('bucket', { EvidenceBucketName: 'b' })).rejects.toThrow(
    /^of scan s1 there are seals.*0000000001.*0000000002.*: one is not its seal/,
  )
  await bucket('')
  await expect(run('bucket', { EvidenceBucketName: 'b' })).rejects.toThrow(
    'the bucket locks nothing by itself',
  )
  await bucket(RULE, {})
  await expect(run('bucket', { EvidenceBucketName: 'b' })).rejects.toThrow(
    '0000000002-s1-0a1b2c3d4e5f6071.json.gz is not locked',
  )
})

test.each(['api', 'bucket'])('%s: what is not configured is neither shown nor refuted', async (name) => {
  await expect(run(name, {})).rejects.toMatchObject({
    name: 'NotSeenError',
    message: expect.stringMatching(/it is not configured$/),
  })
})
