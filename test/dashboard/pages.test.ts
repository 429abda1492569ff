import { describe, expect, it } from 'vitest'
import type { ScanRecord } from '../../shared/findings/records.ts'
import { loadRules } from '../../shared/rules/load.ts'
import { apiOf, madeDashboard, NOW } from './made-dashboard.ts'

const RULES = loadRules()
const fresh = {
  at: NOW,
  scan: { scanId: 's1', openedAt: NOW, closedAt: NOW, coverage: { total: 2, assessed: 2, byState: {} } },
}
const scan = (more: Partial<ScanRecord> = {}): ScanRecord => ({
  ...{ scanId: 's1', status: 'closed', trigger: 'schedule', openedAt: '2026-01-31T06:00:00.000Z' },
  ...{ closedAt: '2026-01-31T06:01:35.000Z', deadlineAt: NOW, targets: 1, engineVersion: '1' },
  ...more,
})
const summary = {
  ...{ fresh, failing: 1, overdue: { count: 0, first: [] }, bySeverity: {}, byCluster: [] },
  total: { FAIL: 3, ERROR: 1, waived: 1 },
  byRule: { 'etcd-auto-tls-disabled': { FAIL: 3, ERROR: 1, waived: 1 } },
}

const shown = async (
  path: string,
  answers: Record<string, unknown>,
): Promise<{ status: number; text: string; markup: string }> => {
  const { ask, faults } = madeDashboard({
    api: apiOf({ '/v1/fleet': { fresh }, '/v1/scans': { scans: [] }, ...answers }),
  })
  const answer = await ask(path)
  const markup = await answer.text()
  expect(faults).toEqual([])
  const main = markup.slice(markup.indexOf('<main'), markup.indexOf('</main>'))
  return { status: answer.status, markup: main, text: main.replace(/<[^>]+>/g, ' ').replace(/\s+/g, ' ') }
}

describe('scans', () => {
  it('each says what it was of and how it ended', async () => {
    const { text } = await shown('/scans', {
      '/v1/scans': {
        scans: [
          { ...scan({ status: 'open' }), closedAt: undefined },
          scan({ only: ['i-1'], status: 'cancelled' }),
          scan({
            coverage: { total: 3, assessed: 2, byState: {} },
            findings: { FAIL: 4 },
            targetErrors: ['x', 'y'],
            changes: 7,
          }),
        ],
        next: 'n"ext',
      },
    })
    expect(text).toContain('2026-01-31 06:00Z running fleet')
    expect(text).toContain('2026-01-31 06:00Z cancelled 1 instance 95 s')
    expect(text).toContain('2026-01-31 06:00Z closed fleet 95 s 2 of 3 4 0 7 2')
    expect(text).toContain('Next page')
  })

  it('the first page is led back to, and what is asked otherwise is kept', async () => {
    const { markup } = await shown('/scans?cursor=a&x=1', { '/v1/scans': { scans: [scan()], next: 'b&c' } })
    expect(markup).toContain('<a href="/scans?x=1">First page</a>')
    expect(markup).toContain('href="/scans?x=1&amp;cursor=b%26c"')
  })
})

describe('one scan', () => {
  const path = '/v1/scans/s1'
  const progress = { sent: 0, answered: 0 }

  it('of the whole fleet names who was not assessed, and what changed', async () => {
    const answers = {
      [path]: {
        scan: scan({ targetErrors: ['111/eu: role <b> refused'], emptyTargets: ['222/us'] }),
        progress,
        targets: [],
      },
      '/v1/instances': {
        fresh,
        instances: [
          { account: '1', region: 'r', instanceId: 'i-lost', state: 'unreachable', detail: 'ConnectionLost' },
        ],
      },
      '/v1/changes': { fresh, changes: [] },
    }
    const { text, markup } = await shown('/scans/s1', answers)
    expect(text).toContain('Not everything could be looked at: 111/eu: role &lt;b&gt; refused')
    expect(text).toContain('No instance carries the tags in 222/us.')
    expect(text).toContain('i-lost unreachable ConnectionLost')
    expect(text).toContain('Nothing changed.')
    expect(markup).not.toContain('data-follow')
  })

  it('of single instances does not speak for the fleet', async () => {
    const answers = {
      [path]: { scan: scan({ only: ['i-1'] }), progress, targets: [] },
      '/v1/changes': { fresh, changes: [] },
    }
    const { status, text } = await shown('/scans/s1', answers)
    expect(status).toBe(200)
    expect(text).not.toContain('Not assessed')
  })

  it('that runs is followed from the API, before anything was sent too', async () => {
    const { closedAt: _, ...open } = scan({ status: 'open' })
    const { text, markup } = await shown('/scans/s1', { [path]: { scan: open, progress, targets: [] } })
    expect(markup).toContain('data-follow="/v1/scans/s1"')
    expect(text).toContain('The inventory is being read.')
    expect(text).toContain('Load the page again')
    expect(text).not.toContain('It should have ended')
  })

  it('that is past its deadline is not said to be running as if nothing were', async () => {
    const { closedAt: _, ...open } = scan({ status: 'open', deadlineAt: '2026-01-31T07:00:00.000Z' })
    const { text } = await shown('/scans/s1', { [path]: { scan: open, progress, targets: [] } })
    expect(text).toContain('It should have ended by 2026-01-31 07:00Z')
  })

  it('of many targets shows the first hundred, and says so', async () => {
    const targets = Array.from({ length: 300 }, (_, i) => ({
      account: String(i),
      region: 'r',
      instances: 1,
      byState: { assessed: 1 },
    }))
    const answers = {
      [path]: { scan: scan({ only: ['i-1'] }), progress, targets },
      '/v1/changes': { fresh, changes: [] },
    }
    const { text, markup } = await shown('/scans/s1', answers)
    expect(markup.match(/<th scope="row">/g)).toHaveLength(100)
    expect(text).toContain('The first 100 of 300 are shown.')
  })

  it('that there is not is a page that says so', async () => {
    expect(await shown('/scans/none', {})).toMatchObject({
      status: 404,
      text: expect.stringContaining('there is nothing'),
    })
  })
})

describe('rules', () => {
  it('are in the order of their controls, with what is open of each', async () => {
    const { text, markup } = await shown('/rules', { '/v1/rules': { rules: RULES }, '/v1/summary': summary })
    const controls = [...markup.matchAll(/<th scope="row">([\d.]+)<\/th>/g)].map(([, control]) => control)
    expect(controls).toEqual(['2.1', '2.2', '2.3', '2.4', '2.5', '2.6'])
    expect(text).toMatch(
      /etcd does not serve clients with certificates that it generates for itself high 3 1 1 /,
    )
  })

  it('one says why and what to do, its references lead out without a word of where from', async () => {
    const [rule] = RULES.filter(({ id }) => id === 'etcd-auto-tls-disabled')
    const odd = { ...rule, references: ['https://example.com/a', 'javascript:alert(1)'] }
    const { markup } = await shown('/rules/etcd-auto-tls-disabled', {
      '/v1/rules/etcd-auto-tls-disabled': { rules: [odd] },
      '/v1/summary': summary,
    })
    expect(markup).toContain('<h2>Why it matters</h2>')
    expect(markup).toContain('<code>auto-tls</code>')
    expect(markup).toContain('<a href="https://example.com/a" rel="external noreferrer noopener">')
    expect(markup).toContain('<li>javascript:alert(1)</li>')
  })
})

it('the overview stays short however many clusters there are, and says what it left out', async () => {
  const counts = { FAIL: 1, ERROR: 0, waived: 0 }
  const byCluster = Array.from({ length: 3000 }, (_, i) => ({
    cluster: `c${i}<i>`,
    worst: 'high',
    ...counts,
  }))
  const { text, markup } = await shown('/', {
    '/v1/summary': { ...summary, byCluster },
    '/v1/posture': { fresh, rows: [] },
    '/v1/changes': { fresh, changes: [], next: 'n' },
    '/v1/instances': { fresh, instances: [] },
  })
  expect(markup.length).toBeLessThan(20_000)
  expect(text).toContain('2985 more clusters have something open')
  expect(markup).not.toContain('<i>')
})
