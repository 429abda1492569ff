import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import type { Context, MiddlewareHandler } from 'hono'
import { getCookie, setCookie } from 'hono/cookie'
import { secureHeaders } from 'hono/secure-headers'
import { type Html, html } from './html.ts'

/** What lets somebody in: `token` stands in the URL that is printed, `session` in the cookie, `form` in each form. 256 bits each. */
export type Secrets = { token: string; session: string; form: string }

export const newSecrets = (): Secrets => ({ token: secret(), session: secret(), form: secret() })

const secret = (): string => randomBytes(32).toString('base64url')

/** Takes the same time wherever the two differ, and whatever their lengths. */
export const isSame = (given: string, expected: string): boolean =>
  timingSafeEqual(digest(given), digest(expected))

const digest = (text: string): Buffer => createHash('sha256').update(text).digest()

/** Nothing but what this server itself serves is loaded or run; nothing is sent elsewhere; nobody frames it. */
const only = ["'self'"]
const none = ["'none'"]
export const HEADERS: MiddlewareHandler = secureHeaders({
  contentSecurityPolicy: {
    defaultSrc: none,
    scriptSrc: only,
    styleSrc: only,
    imgSrc: only,
    connectSrc: only,
    formAction: only,
    baseUri: none,
    frameAncestors: none,
  },
  crossOriginResourcePolicy: 'same-origin',
  crossOriginOpenerPolicy: 'same-origin',
  crossOriginEmbedderPolicy: 'require-corp',
  // With none at all a form's own origin would come as `null`, and be refused.
  referrerPolicy: 'same-origin',
  xContentTypeOptions: 'nosniff',
  xFrameOptions: 'DENY',
  strictTransportSecurity: false,
})

/** Why a request is not served. */
export type Refusal = { status: 401 | 403 | 421; title: string; words: string }

/**
 * Lets in who has the token, from this machine's own pages alone. `hosts` are the names by which the server may be called: another name that
 * leads here (DNS rebinding) is none of them. `refuse` makes the answer to who is not let in.
 */
export const guard =
  (
    hosts: () => string[],
    secrets: Secrets,
    refuse: (c: Context, refusal: Refusal) => Response | Promise<Response>,
  ): MiddlewareHandler =>
  async (c, next) => {
    const host = c.req.header('host') ?? ''
    c.header('cache-control', 'no-store')
    if (!hosts().includes(host)) return refuse(c, ELSEWHERE)
    if (isFromElsewhere(c, host)) return refuse(c, FOREIGN)
    const url = new URL(c.req.url)
    const given = url.searchParams.get('token')
    const cookie = cookieOf(host)
    if (given !== null && c.req.method === 'GET') {
      if (!isSame(given, secrets.token)) return refuse(c, UNKNOWN)
      setCookie(c, cookie, secrets.session, { httpOnly: true, sameSite: 'Strict', path: '/' })
      url.searchParams.delete('token')
      // Two slashes at the beginning would lead to another host.
      const path = url.pathname.replace(/^[/\\]+/, '/') + url.search
      return isOwn(c) ? c.redirect(path, 303) : c.html(String(doorway(path)))
    }
    if (!isSame(getCookie(c, cookie) ?? '', secrets.session)) return refuse(c, UNKNOWN)
    await next()
    if (!c.res.headers.has('cache-control')) c.header('cache-control', 'no-store')
  }

/** Cookies do not tell ports apart: two dashboards on one machine must not overwrite each other's. */
const cookieOf = (host: string): string => `fleet-scanner-${host.split(':')[1] ?? '80'}`

const SAFE = new Set(['GET', 'HEAD'])

/** Another page of this browser asks. Its links may lead here, as far as the cookie lets them; nothing else of it may. */
const isFromElsewhere = (c: Context, host: string): boolean => {
  if (SAFE.has(c.req.method)) return !isOwn(c) && c.req.header('sec-fetch-mode') !== 'navigate'
  return !isOwn(c) || c.req.header('origin') !== `http://${host}`
}

/** Typed by a person, or from a page of ours; so is what does not say. */
const isOwn = (c: Context): boolean =>
  ['same-origin', 'none'].includes(c.req.header('sec-fetch-site') ?? 'none')

/** A redirect keeps who began it: where a page elsewhere did, the new cookie would not be sent. From this page on it is. */
const doorway = (path: string): Html =>
  html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta http-equiv="refresh" content="0;url=${path}"><title>fleet-scanner</title></head>
<body><p><a href="${path}">To the dashboard</a></p></body></html>
`

const ELSEWHERE: Refusal = {
  status: 421,
  title: 'Not here',
  words: 'This server answers by the address that it printed, and by no other name.',
}
const FOREIGN: Refusal = {
  status: 403,
  title: 'Refused',
  words: 'Another page asked for this. Only the dashboard itself may.',
}
const UNKNOWN: Refusal = {
  status: 401,
  title: 'Who is there?',
  words:
    'Open the address that fleet-scanner dashboard printed in your terminal: it ends in ?token=… and lets this browser in.',
}
