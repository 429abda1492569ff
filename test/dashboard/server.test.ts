import { createServer } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { networkInterfaces } from 'node:os'
import fc from 'fast-check'
import { describe, expect, it, onTestFinished } from 'vitest'
import { startDashboard } from '../../dashboard/server.ts'
import { PAYLOADS } from '../hostile/payloads.ts'
import { apiOf, madeDashboard, NOW } from './made-dashboard.ts'

const FRESH = { at: NOW }
const deps = {
  api: apiOf({ '/v1/fleet': { fresh: FRESH }, '/v1/scans': { scans: [] } }),
  asCaller: () => Promise.reject(new Error('nobody may write here')),
  rules: [],
  place: { words: 'embedded account', options: '--local' },
  now: () => NOW,
}

describe('the server', () => {
  it('answers under the address that it gives, and is gone once it is stopped', async () => {
    const { url, stop } = await startDashboard(deps)
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/\?token=[\w-]{43}$/)
    const entered = await fetch(url, { redirect: 'manual' })
    const cookie = entered.headers.get('set-cookie')?.split(';')[0] ?? ''
    const page = await fetch(new URL('/scans', url), { headers: { cookie } })
    expect(page.status).toBe(200)
    expect(await page.text()).toContain('fleet-scanner scan --local')
    await stop()
    await expect(fetch(url)).rejects.toThrow()
  })

  it('is on the loopback interface alone', async () => {
    const { url, stop } = await startDashboard(deps)
    onTestFinished(stop)
    const outside = Object.values(networkInterfaces())
      .flat()
      .filter((each) => each !== undefined && !each.internal && each.family === 'IPv4')
    for (const each of outside) {
      const socket = connect({ host: each?.address ?? '', port: Number(new URL(url).port), timeout: 1000 })
      const reached = await new Promise((resolve) => {
        socket
          .on('connect', () => resolve(true))
          .on('error', () => resolve(false))
          .on('timeout', () => resolve(false))
      })
      socket.destroy()
      expect(reached).toBe(false)
    }
  })

  it('does not start where another program has the port', async () => {
    const other = createServer().listen(0, '127.0.0.1')
    await new Promise((listening) => other.once('listening', listening))
    onTestFinished(() => void other.close())
    await expect(startDashboard(deps, (other.address() as AddressInfo).port)).rejects.toMatchObject({
      code: 'EADDRINUSE',
    })
  })
})

describe('what goes wrong', () => {
  const broken = (status: number) =>
    Response.json({ title: 'Oh', status, detail: 'it <b>broke</b>' }, { status })

  it('a page that is not there is said in words, inside the frame', async () => {
    const { ask } = madeDashboard(deps)
    const answer = await ask('/nothing/<b>')
    expect(answer.status).toBe(404)
    const text = await answer.text()
    expect(text).toContain('There is no such page')
    expect(text).toContain('aria-label="Sections"')
    expect(text).not.toContain('<b>')
  })

  it('a problem of the API is a page with its status and its words, escaped', async () => {
    const { ask } = madeDashboard({ ...deps, api: apiOf({ '/v1/scans': broken(400) }) })
    const answer = await ask('/scans?cursor=x')
    expect(answer.status).toBe(400)
    expect(await answer.text()).toContain('it &lt;b&gt;broke&lt;/b&gt;')
  })

  it('credentials that have ended are said as what they are, and the next page is tried anew', async () => {
    let words: string | undefined = 'the AWS session has expired; run aws sso login'
    const answers: Record<string, unknown> = { '/v1/scans': broken(500) }
    const { ask, faults } = madeDashboard({ ...deps, api: apiOf(answers), trouble: () => words })
    const answer = await ask('/scans')
    expect(answer.status).toBe(503)
    expect(await answer.text()).toContain('the AWS session has expired; run aws sso login')
    words = undefined
    answers['/v1/scans'] = { scans: [] }
    expect((await ask('/scans')).status).toBe(200)
    expect(faults).toEqual([])
  })

  it('a fault of ours says nothing of itself in the page, and all of it in the terminal', async () => {
    const secret = new Error('arn:aws:secret')
    const api = { ...deps.api, request: () => Promise.reject(secret) }
    const { ask, faults } = madeDashboard({ ...deps, api })
    const answer = await ask('/scans')
    expect(answer.status).toBe(500)
    expect(await answer.text()).not.toContain('arn:aws')
    expect(faults).toContain(secret)
  })

  it('an answer that is no JSON of a problem is a page too', async () => {
    const { ask } = madeDashboard({
      ...deps,
      api: apiOf({ '/v1/scans': new Response('<html>', { status: 502 }) }),
    })
    const answer = await ask('/scans')
    expect(answer.status).toBe(502)
    expect(await answer.text()).toContain('The question was refused')
  })
})

it('whatever stands in an address, it is answered, and never by a fault', async () => {
  const { ask, faults } = madeDashboard(deps)
  const hostile = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.constantFrom(...Object.values(PAYLOADS), '..', '.', '%', '%2F'),
  )
  const segment = hostile.map((text) => encodeURIComponent(text.slice(0, 200).toWellFormed()))
  const raw = fc.constantFrom(
    '%',
    '%E0%A4%A',
    '%00',
    '%2e%2e',
    '//',
    '\\\\',
    '?',
    '?token=',
    '?cursor=%FF',
    '?days=__proto__',
  )
  const path = fc
    .tuple(
      fc.constantFrom(
        '/',
        '/scans/',
        '/rules/',
        '/findings/',
        '/instances/',
        '/assets/',
        '/v1/',
        '/__proto__/',
      ),
      fc.array(fc.oneof(segment, raw), { maxLength: 5 }),
    )
    .map(([begin, rest]) => begin + rest.join('/'))
  await fc.assert(
    fc.asyncProperty(path, async (path) => {
      const answer = await ask(path)
      expect(answer.status).toBeLessThan(500)
      expect(answer.headers.get('content-security-policy')).toContain("default-src 'none'")
      if (answer.headers.get('content-type')?.startsWith('text/html'))
        expect(await answer.text()).not.toMatch(/<script(?! src="\/assets\/)|<img|onerror=alert\(1\)>/)
    }),
    { numRuns: 120 },
  )
  expect(faults).toEqual([])
})

describe('assets', () => {
  it('are under names that change with them, and may be kept', async () => {
    const { ask } = madeDashboard(deps)
    const page = await (await ask('/scans')).text()
    const paths = [...page.matchAll(/(?:href|src)="(\/assets\/[^"]+)"/g)].map(([, path]) => path ?? '')
    expect(paths).toHaveLength(3)
    for (const path of paths) {
      expect(path).toMatch(/^\/assets\/\w+\.[0-9a-f]{16}\.(css|js|svg)$/)
      const answer = await ask(path)
      expect(answer.status).toBe(200)
      expect(answer.headers.get('cache-control')).toContain('immutable')
    }
    expect((await ask('/assets/../server.ts')).status).toBe(404)
    expect((await ask('/assets/style.css')).status).toBe(404)
  })
})
