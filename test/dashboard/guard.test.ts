import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isSame, newSecrets } from '../../dashboard/guard.ts'
import { apiOf, HOST, madeDashboard, SECRETS } from './made-dashboard.ts'

const { send, ask } = madeDashboard({
  api: apiOf({ '/v1/fleet': { fresh: { at: '2026-01-31T12:00:00Z' } } }),
})
const PATHS = [
  '/',
  '/scans',
  '/rules/x',
  '/assets/style.css',
  '/v1/fleet',
  '/v1/openapi.json',
  '/nothing',
  '//x',
  '/.git/config',
]

describe('without the token', () => {
  it.each(PATHS)('%s says nothing', async (path) => {
    for (const headers of [
      {},
      { cookie: 'fleet-scanner-4711=wrong' },
      { cookie: `fleet-scanner-4712=${SECRETS.session}` },
    ]) {
      const answer = await send(path, headers)
      expect(answer.status).toBe(401)
      expect(await answer.text()).not.toMatch(/fleet-scanner-4711|<nav|FAIL/)
    }
  })

  it('neither a wrong one nor the cookie in its place lets in', async () => {
    for (const token of ['', 'x', SECRETS.session, SECRETS.token.slice(1), `${SECRETS.token}x`]) {
      const answer = await send(`/?token=${token}`)
      expect(answer.status).toBe(401)
      expect(answer.headers.get('set-cookie')).toBeNull()
    }
  })

  it('a form that is sent with the token in its address is refused', async () => {
    const headers = { origin: `http://${HOST}` }
    expect((await send(`/scans?token=${SECRETS.token}`, headers, { method: 'POST' })).status).toBe(401)
  })
})

describe('the token', () => {
  it('is swapped for a cookie that scripts do not see and other sites do not send, and leaves the address', async () => {
    const answer = await send(`/findings?status=FAIL&token=${SECRETS.token}`)
    expect(answer.status).toBe(303)
    expect(answer.headers.get('location')).toBe('/findings?status=FAIL')
    expect(answer.headers.get('set-cookie')).toBe(
      `fleet-scanner-4711=${SECRETS.session}; Path=/; HttpOnly; SameSite=Strict`,
    )
  })

  it.each(['//evil.example/', '///evil.example', '/\\evil.example'])(
    'does not lead elsewhere: %s',
    async (path) => {
      const location = (await send(`${path}?token=${SECRETS.token}`)).headers.get('location') ?? ''
      expect(new URL(location, `http://${HOST}/`).host).toBe(HOST)
    },
  )

  it('opened from a file or another page, comes in by a page of our own, since a redirect would lose the cookie', async () => {
    const headers = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' }
    const answer = await send(`/?token=${SECRETS.token}`, headers)
    expect(answer.status).toBe(200)
    expect(await answer.text()).toContain('<meta http-equiv="refresh" content="0;url=/">')
    expect(answer.headers.get('set-cookie')).toContain(SECRETS.session)
  })

  it('has 256 bits, as have the others, and is another each time', () => {
    const all = [newSecrets(), newSecrets()].flatMap((each) => Object.values(each))
    expect(new Set(all).size).toBe(6)
    for (const each of all) expect(Buffer.from(each, 'base64url')).toHaveLength(32)
  })

  it('is compared as a whole', () => {
    fc.assert(fc.property(fc.string(), fc.string(), (a, b) => isSame(a, b) === (a === b) && isSame(a, a)))
  })
})

describe('a name by which nobody should know this server', () => {
  it.each([
    'evil.example:4711',
    'evil.example',
    '127.0.0.1',
    '127.0.0.1:80',
    '[::1]:4711',
    '0.0.0.0:4711',
    '',
  ])('"%s" is turned away, with the cookie too', async (host) => {
    for (const path of ['/', `/?token=${SECRETS.token}`, '/v1/fleet']) {
      const answer = await ask(path, { host })
      expect(answer.status).toBe(421)
      expect(answer.headers.get('set-cookie')).toBeNull()
    }
  })

  it('localhost is none of them', async () => {
    expect((await ask('/v1/fleet', { host: 'localhost:4711' })).status).toBe(200)
  })
})

describe('another page of the same browser', () => {
  it.each(['cross-site', 'same-site'])('(%s) cannot load anything from here', async (site) => {
    const answer = await ask('/v1/fleet', { 'sec-fetch-site': site, 'sec-fetch-mode': 'no-cors' })
    expect(answer.status).toBe(403)
  })

  it('may link here', async () => {
    const headers = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' }
    expect((await ask('/v1/fleet', headers)).status).toBe(200)
  })

  it.each([
    ['no origin', {}],
    ['another', { origin: 'https://evil.example' }],
    ['another port', { origin: 'http://127.0.0.1:4712' }],
    ['none that it would tell', { origin: 'null' }],
    ['another site by its own word', { origin: `http://${HOST}`, 'sec-fetch-site': 'same-site' }],
  ])('cannot send a form: %s', async (_, headers) => {
    for (const path of ['/waivers', '/scans', '/v1/fleet'])
      expect((await ask(path, headers as Record<string, string>, { method: 'POST' })).status).toBe(403)
  })
})

describe('a form of ours', () => {
  const post = (body: string) =>
    ask(
      '/waivers',
      { origin: `http://${HOST}`, 'content-type': 'application/x-www-form-urlencoded' },
      { method: 'POST', body },
    )

  it.each(['', 'token=', 'token=wrong', `token=${SECRETS.session}`, `other=${SECRETS.form}`])(
    'is refused without its own token: "%s"',
    async (body) => {
      const answer = await post(body)
      expect(answer.status).toBe(403)
      expect(await answer.text()).toContain('This form is of another time')
    },
  )

  it('is refused where it is longer than any form here', async () => {
    expect((await post(`token=${'x'.repeat(70_000)}`)).status).toBe(413)
  })
})

it('every answer forbids what a page must not do, is kept by nobody, and is for this origin alone', async () => {
  const answers = [
    await send('/'),
    await send('/', { host: 'evil.example' }),
    await send(`/?token=${SECRETS.token}`),
    await ask('/nothing'),
    await ask('/v1/fleet'),
    await ask('/v1/fleet', {}, { method: 'POST' }),
  ]
  for (const { headers } of answers) {
    expect(headers.get('content-security-policy')).toBe(
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    )
    expect(Object.fromEntries(headers)).toMatchObject({
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'same-origin',
      'x-frame-options': 'DENY',
      'cross-origin-resource-policy': 'same-origin',
      'cross-origin-opener-policy': 'same-origin',
      'cache-control': 'no-store',
    })
    expect(headers.get('access-control-allow-origin')).toBeNull()
  }
})
