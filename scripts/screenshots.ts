import { statSync } from 'node:fs'
import { type Look, openPage, startBrowser } from '../test/e2e/browser.ts'
import { startSampleDashboard } from './screenshots/sample-dashboard.ts'
import { NOW, writeSixtyDays } from './screenshots/write-history.ts'

/** Takes the pictures of the dashboard in docs/, of sixty days of a made-up fleet: `npm run screenshots`. */
const FINDING = '/findings/111122223333/eu-west-1/i-0b10000000000000d/etcd-client-cert-auth-enabled'
const PICTURES: [file: string, path: string, look: Look][] = [
  ['docs/dashboard-overview.png', '/?days=90', { height: 1000 }],
  ['docs/dashboard-finding.png', FINDING, { height: 1240 }],
  ['docs/dashboard-dark.png', '/findings?status=FAIL,ERROR', { dark: true, height: 760 }],
]
/** A README that takes longer to load than to read is no help. */
const LARGEST = 200_000

const dashboard = await startSampleDashboard((store) => writeSixtyDays(store), { now: NOW })
const browser = await startBrowser()
try {
  for (const [file, path, look] of PICTURES) {
    const { page, problems, close } = await openPage(browser, dashboard.url, { width: 1200, ...look })
    await page.goto(new URL(path, dashboard.url).href)
    await page.screenshot({ path: file })
    await close()
    const { size } = statSync(file)
    process.stdout.write(`${file}: ${size} bytes\n`)
    if (size > LARGEST || problems.length > 0)
      throw new Error(`${file} is larger than ${LARGEST} bytes, or the page has problems: ${problems}`)
  }
} finally {
  await browser.close()
  await dashboard.stop()
}
