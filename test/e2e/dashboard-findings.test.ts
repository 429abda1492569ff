import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { onStore } from '../../cli/local-store.ts'
import { connectOrStart } from '../../local/database.ts'
import type { Waiver } from '../../shared/waivers/waiver.ts'
import { fleetScanner } from '../cli/command.ts'
import { AUTO_TLS, HOSTILE, livedFleet, quietMembers } from '../dashboard/judged-fleet.fixture.ts'
import { axeViolations, hasChromium, type Look, openPage, overflow, startBrowser } from './browser.ts'

const BIN = fileURLToPath(new URL('../../bin/fleet-scanner.js', import.meta.url))
const PLACE = '111122223333/eu-central-1'
const DRIFT = `/findings/${PLACE}/i-drift/${AUTO_TLS}`
const hostile = (part: string) => `/${part}/${PLACE}/${encodeURIComponent(HOSTILE.id)}`

let folder: string
let dashboard: ChildProcess
let url: string
let browser: Browser

/** The command on a data folder, as a user starts it. */
beforeAll(async () => {
  if (!hasChromium) return
  folder = mkdtempSync(join(tmpdir(), 'fleet-scanner-findings-'))
  const database = await connectOrStart(folder)
  await onStore(database.url, (store) => livedFleet(store, quietMembers(15)))
  await database.stop()
  dashboard = spawn(process.execPath, [BIN, 'dashboard', '--local', '--data', folder, '--no-open'])
  const [line] = (await once(dashboard.stdout ?? dashboard, 'data')) as [Buffer]
  url = line.toString().trim()
  browser = await startBrowser()
})
afterAll(async () => {
  await browser?.close()
  dashboard?.kill('SIGKILL')
  if (folder) rmSync(folder, { recursive: true, force: true })
})

/** Looks at pages as one who has come in; nothing that went wrong may have gone by. */
const looking = async (
  work: (page: Page, go: (path: string) => Promise<void>) => Promise<void>,
  look?: Look,
) => {
  const { page, problems, close } = await openPage(browser, url, look)
  await work(page, async (path) => {
    await page.goto(new URL(path, url).href)
  })
  // The browser itself says of every 4xx that it came.
  expect(problems.filter((each) => !/status of 4(00|22)/.test(each))).toEqual([])
  await close()
}

const rows = (page: Page): Promise<string[]> => page.locator('tbody th').allInnerTexts()
const hrefs = (page: Page): Promise<string[]> =>
  page.evaluate<string[]>('[...document.querySelectorAll("tbody a")].map((each) => each.href)')
const main = async (page: Page): Promise<string> => (await page.locator('main').textContent()) ?? ''

describe.skipIf(!hasChromium)('findings in a browser', () => {
  it('are filtered, searched and sorted, and the address says how', () =>
    looking(async (page, go) => {
      await go('/findings')
      await page.getByLabel('FAIL', { exact: true }).check()
      await page.getByLabel('high', { exact: true }).check()
      await page.getByLabel('Rule').selectOption(AUTO_TLS)
      await page.getByLabel('Cluster').fill('harbour, orchard')
      await page.getByLabel('Since').fill('2026-02-01')
      await page.getByLabel('Text').fill('auto-TLS')
      await page.getByLabel('Order').selectOption('-instance')
      await page.getByLabel('Text').press('Enter')
      await page.waitForURL(/status=FAIL/)
      expect(await rows(page)).toEqual(['i-environment', 'i-drift', 'i-config-file'])
      expect(await page.locator('th[aria-sort]').allInnerTexts()).toEqual(['Instance'])
      // Who is given the address sees the same.
      const shared = new URL(page.url())
      await go('/rules')
      await go(shared.pathname + shared.search)
      expect(await rows(page)).toHaveLength(3)
      await page.getByRole('link', { name: 'cluster: orchard' }).click()
      expect(await rows(page)).toEqual(['i-environment', 'i-drift'])
      await page.getByRole('link', { name: 'Instance', exact: true }).click()
      expect(await rows(page)).toEqual(['i-drift', 'i-environment'])
      expect(await page.getByLabel('Text').inputValue()).toBe('auto-TLS')
      await page.getByRole('link', { name: 'Clear' }).click()
      expect(await rows(page)).toHaveLength(100)
    }))

  it('come page by page, each once, in the order of the table and in another', () =>
    looking(async (page, go) => {
      for (const path of ['/findings', '/findings?sort=-instance']) {
        await go(path)
        const seen = await hrefs(page)
        await page.getByRole('link', { name: 'Next page' }).click()
        await page.waitForURL(/cursor=|page=2/)
        seen.push(...(await hrefs(page)))
        expect(seen).toHaveLength(132)
        expect(new Set(seen).size).toBe(132)
        await page.getByRole('link', { name: 'First page' }).click()
        expect(await rows(page)).toHaveLength(100)
      }
    }))

  it('work without any script, and from the keyboard', () =>
    looking(
      async (page, go) => {
        await go('/findings')
        await page.getByLabel('Text').focus()
        await page.keyboard.type('config-file')
        await page.keyboard.press('Enter')
        await page.waitForURL(/q=config-file/)
        await page.locator('tbody a').first().focus()
        await page.keyboard.press('Enter')
        await page.waitForURL(/i-config-file/)
        await page.locator('summary', { hasText: 'Judge it again' }).focus()
        await page.keyboard.press('Enter')
        expect(await page.getByText('fleet-scanner evidence verify').isVisible()).toBe(true)
        expect(await page.locator('mark', { hasText: 'auto-tls: true' }).isVisible()).toBe(true)
      },
      { script: false },
    ))

  it('are waived to the end, which the command line sees, and taken back', () =>
    looking(async (page, go) => {
      await go(DRIFT)
      await page.getByLabel('Reason').fill('is being <b>replaced</b>')
      await page.getByRole('button', { name: 'Waive' }).click()
      expect(await main(page)).toContain('Nothing is waived:')
      expect(await page.title()).toMatch(/^Not waived/)
      expect(await axeViolations(page)).toEqual([])
      // The problem leads to its field, where what was typed still is.
      await page.getByRole('link', { name: 'Ticket', exact: true }).click()
      expect(await page.getByLabel('Reason').inputValue()).toBe('is being <b>replaced</b>')
      await page.getByLabel('Ticket').fill('OPS-7')
      const day = new Date(Date.now() + 20 * 86_400_000).toISOString().slice(0, 10)
      await page.getByLabel('Last day').fill(day)
      await page.getByRole('button', { name: 'Waive' }).click()
      await page.waitForURL(/waived=w-/)
      expect(await main(page)).toContain('holds from now on')
      expect(await main(page)).toContain('is being <b>replaced</b>')
      const listed = await fleetScanner(['waivers', 'list', '--local', '--data', folder, '--format', 'json'])
      expect(JSON.parse(listed.stdout) as Waiver[]).toMatchObject([
        {
          rule: AUTO_TLS,
          scope: { value: `${PLACE}/i-drift` },
          ticket: 'OPS-7',
          until: `${day}T23:59:59.999Z`,
        },
      ])
      await go(`/findings?rule=${AUTO_TLS}&instance=i-drift`)
      expect(await main(page)).toContain('Everything that fits here is waived.')
      await page.getByRole('link', { name: 'show it' }).click()
      await page.getByRole('link', { name: 'i-drift', exact: true }).click()
      await page.getByRole('button', { name: 'Take this waiver back' }).click()
      await page.getByRole('button', { name: 'Waive' }).waitFor()
      expect(await main(page)).not.toContain('FAIL waived')
    }))
})

describe.skipIf(!hasChromium)('a hostile name, tag, cluster and command line', () => {
  it('are shown as they are, and do nothing: no dialog, no request, no script, no turned text', () =>
    looking(async (page, go) => {
      const pages = [
        `${hostile('findings')}/${AUTO_TLS}`,
        hostile('instances'),
        `/findings?${new URLSearchParams({ cluster: HOSTILE.cluster, q: '"><script>alert(8)</script>', sort: 'since' })}`,
        `/findings?${new URLSearchParams({ q: '<script>', since: '"><img src=x onerror=alert(9)>' })}`,
        `/instances?${new URLSearchParams({ instance: HOSTILE.id })}`,
      ]
      for (const path of pages) {
        await go(path)
        await page.evaluate('for (const each of document.querySelectorAll("details")) each.open = true')
        const found = await page.evaluate<Record<string, number>>(
          `({
            scripts: document.scripts.length, images: document.images.length, frames: document.querySelectorAll('iframe, object, embed').length,
            handlers: [...document.querySelectorAll('*')].filter((each) => each.getAttributeNames().some((name) => name.startsWith('on') || name === 'style')).length,
            links: [...document.links].filter((each) => !/^https?:/.test(each.protocol)).length,
            controls: document.body.textContent.split(/[\\u001b\\u202a-\\u202e\\u2066-\\u2069]/).length - 1,
          })`,
        )
        expect(found, path).toEqual({ scripts: 1, images: 0, frames: 0, handlers: 0, links: 0, controls: 0 })
      }
      await go(pages[0] ?? '')
      const text = await main(page)
      expect(text).toContain('"onmouseover="alert(1)"><script>alert(1)⟨U+202E⟩')
      expect(text).toContain('--name="><img src=x onerror=alert(4)><script>alert(5)</script>␛[31m⟨U+202E⟩')
      expect(text).toContain('<script>alert(2)</script>${alert(3)}⟨U+202E⟩gnp.exe')
    }))
})

describe.skipIf(!hasChromium)('for everybody', () => {
  const PAGES = [
    '/findings?status=FAIL,ERROR&waived=1&q=tls&sort=-since',
    DRIFT,
    `/instances/${PLACE}/i-gone-quiet`,
  ]
  const MORE = [
    '/findings?since=nonsense',
    `${DRIFT}?scan=20260131T120000Z`,
    `${hostile('findings')}/${AUTO_TLS}`,
    '/instances?state=assessed,unreachable',
  ]
  it.each([{ dark: false }, { dark: true }])(
    'axe finds nothing, and nothing is wider than the screen: %o',
    (look) =>
      looking(async (page, go) => {
        for (const path of look.dark ? PAGES : [...PAGES, ...MORE]) {
          await go(path)
          await page.evaluate('for (const each of document.querySelectorAll("details")) each.open = true')
          expect(await axeViolations(page), path).toEqual([])
          expect(await overflow(page), path).toBe(0)
          await page.setViewportSize({ width: 360, height: 700 })
          expect(await overflow(page), `${path}, narrow`).toBe(0)
          await page.setViewportSize({ width: 1280, height: 900 })
        }
      }, look),
  )
})
