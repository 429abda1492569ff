import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type SampleDashboard, startSampleDashboard } from '../../scripts/screenshots/sample-dashboard.ts'
import { NOW, writeSixtyDays } from '../../scripts/screenshots/write-history.ts'
import type { Store } from '../../shared/store/store.ts'
import {
  axeViolations,
  CHROMIUM,
  hasChromium,
  type Look,
  openPage,
  overflow,
  startBrowser,
} from './browser.ts'

if (!hasChromium)
  process.stderr.write(
    `the dashboard is not looked at: there is no browser ${CHROMIUM} (CHROMIUM names another)\n`,
  )

const RUNNING = '20260131T090000Z'
const RUNS_IN = { account: '111122223333', region: 'eu-west-1' }
const HOSTILE = `<img src=x onerror=alert(1)>"'><script>alert(2)</script>`

/** A scan that is under way: two commands, one of which has been answered. */
const beginScan = async (store: Store): Promise<void> => {
  await store.openScan({
    ...{ scanId: RUNNING, status: 'open', trigger: 'manual', openedAt: '2026-01-31T09:00:00.000Z' },
    ...{ deadlineAt: '2026-01-31T10:00:00.000Z', targets: 3, engineVersion: '1' },
  })
  for (const [n, instances] of [
    ['0', 3],
    ['1', 2],
  ] as const)
    await store.putSentCommand({ scanId: RUNNING, ...RUNS_IN, n, commandId: `command-${n}`, instances })
  await answer(store, '0', 3)
}

const answer = (store: Store, n: string, instances: number): Promise<void> =>
  store.putCommandResult({
    ...{ scanId: RUNNING, ...RUNS_IN, n, commandId: `command-${n}`, changes: [] },
    outcomes: Array.from({ length: instances }, (_, i) => ({
      instanceId: `i-${n}${i}`,
      ...(i === 0
        ? { state: 'unreachable' as const, detail: HOSTILE }
        : { state: 'assessed' as const, fingerprint: 'f' }),
    })),
  })

const PAGES: [path: string, heading: RegExp][] = [
  ['/', /Is any etcd open\?/],
  ['/scans', /Scans/],
  ['/scans/20260131T060000Z', /Scan 20260131T060000Z closed/],
  [`/scans/${RUNNING}`, /running/],
  ['/rules', /Rules/],
  ['/rules/etcd-auto-tls-disabled', /2\.3 etcd does not serve clients/],
]

describe.skipIf(!hasChromium)('in a browser', () => {
  let dashboard: SampleDashboard
  let browser: Browser

  beforeAll(async () => {
    const fill = async (store: Store) => {
      await writeSixtyDays(store, 6)
      await beginScan(store)
    }
    ;[dashboard, browser] = await Promise.all([startSampleDashboard(fill, { now: NOW }), startBrowser()])
  })
  afterAll(async () => {
    await browser?.close()
    await dashboard?.stop()
    expect(dashboard?.faults).toEqual([])
  })

  const text = async (page: Page, selector: string): Promise<string> =>
    ((await page.locator(selector).textContent()) ?? '').replace(/\s+/g, ' ').trim()

  /** Nothing leaves the origin, no script of anybody else runs, nothing is refused by the content policy. */
  const look = async (
    how: Look,
    work: (page: Page, go: (path: string) => Promise<unknown>) => Promise<void>,
  ) => {
    const { page, problems, close } = await openPage(browser, dashboard.url, how)
    await work(page, (path) => page.goto(new URL(path, dashboard.url).href))
    expect(problems).toEqual([])
    await close()
  }

  it('every page is what axe calls accessible, light and dark, and fits a telephone', () =>
    look({}, async (page, go) => {
      for (const [path, heading] of PAGES) {
        await page.setViewportSize({ width: 1280, height: 900 })
        await go(path)
        expect(await text(page, 'h1')).toMatch(heading)
        expect(await page.locator('.fresh').count(), path).toBe(1)
        expect(await axeViolations(page), path).toEqual([])
        await page.emulateMedia({ colorScheme: 'dark' })
        expect(await axeViolations(page, ['color-contrast']), `${path}, dark`).toEqual([])
        await page.emulateMedia({ colorScheme: 'light' })
        await page.setViewportSize({ width: 360, height: 780 })
        expect(await overflow(page), path).toBe(0)
      }
    }))

  it('the colours follow the system, and the address loses its token', () =>
    look({ dark: true }, async (page) => {
      const ground = await page.evaluate<string>('getComputedStyle(document.body).backgroundColor')
      expect(ground).toBe('rgb(20, 23, 26)')
      expect(page.url()).not.toContain('token')
      expect(await page.evaluate<string>('document.cookie')).toBe('')
    }))

  it('by keyboard one comes past the navigation, and through it', () =>
    look({}, async (page, go) => {
      await page.keyboard.press('Tab')
      const skip = page.getByText('Skip to the content')
      expect(await page.evaluate<string>('document.activeElement.className')).toBe('skip')
      expect((await skip.boundingBox())?.x).toBeGreaterThan(0)
      await page.keyboard.press('Enter')
      expect(await page.evaluate<string>('document.activeElement.id')).toBe('main')
      await go('/scans')
      const reached: string[] = []
      for (let i = 0; i < 7; i++) {
        await page.keyboard.press('Tab')
        reached.push(await page.evaluate<string>('document.activeElement.textContent'))
      }
      expect(reached.slice(1)).toEqual([
        'fleet-scanner',
        'Overview',
        'Findings',
        'Instances',
        'Scans',
        'Rules',
      ])
      await page.keyboard.press('Enter')
      await page.waitForURL('**/rules')
      expect(await text(page, '[aria-current=page]')).toBe('Rules')
    }))

  it('the overview says what is open, as of when, and who was not assessed', () =>
    look({}, async (page) => {
      const said = await text(page, 'main')
      expect(said).toContain('closed 2026-01-31 06:01Z (3 h 28 min ago)')
      expect(said).toMatch(
        /Yes\. 10 findings on 4 instances fail\. Another 1 finding is accepted by a waiver\./,
      )
      expect(said).toContain(
        'There may be more: 2 instances of 28 were not assessed. 6 findings could not be decided.',
      )
      expect(await page.locator('.chart svg[role=img]').first().getAttribute('aria-label')).toMatch(
        /^Open findings from 2026-01-26 to 2026-01-31: FAIL from 11 to 11, at most 14/,
      )
      await page.getByText('The same as a table').click()
      expect((await page.locator('.chart tbody tr').allInnerTexts())[2]).toMatch(
        /^2026-01-29\s14\s6\s\d+\s2$/,
      )
      await page.locator('.ranges').getByText('90 days').click()
      expect(await text(page, '.ranges [aria-current]')).toBe('90 days')
      await page.locator('.figures').getByText('fail').click()
      expect(page.url()).toMatch(/\/findings\?status=FAIL&waived=1$/)
    }))

  it('a scan that runs is followed, what a node says of itself is text, and without a script the page can be loaded again', async () => {
    await look({ script: false }, async (page, go) => {
      await go(`/scans/${RUNNING}`)
      expect(await text(page, '[data-words]')).toBe('3 of 5 instances have answered.')
      expect(await page.locator('progress').getAttribute('value')).toBe('3')
      await page.getByText('Load the page again').click()
      expect(page.url()).toContain(RUNNING)
    })
    await look({}, async (page, go) => {
      await go(`/scans/${RUNNING}`)
      const words = page.locator('[data-words][role=status]')
      await answer(dashboard.store, '1', 2)
      await words.getByText('5 of 5 instances have answered.').waitFor()
      const end = { closedAt: '2026-01-31T09:05:00.000Z', coverage: { total: 5, assessed: 3, byState: {} } }
      await dashboard.store.closeScan(RUNNING, { status: 'closed', ...end, changes: 0 })
      await words.getByText('The scan has ended: closed.').waitFor()
      expect(await page.locator('[data-ended]').isVisible()).toBe(true)
      await page.getByText('Load the page again').click()
      await page.getByText('Not assessed').waitFor()
      expect(await text(page, '#missed ~ .wide')).toContain(HOSTILE)
      expect(await page.locator('main img, main script').count()).toBe(0)
    })
  })
})
