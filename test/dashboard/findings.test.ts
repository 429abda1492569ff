import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { findings } from '../../dashboard/pages/findings.ts'
import { readFindingsQuery } from '../../dashboard/parts/findings-query.ts'
import { forgetRows, type Row } from '../../dashboard/parts/findings-rows.ts'
import type { Store } from '../../shared/store/store.ts'
import { grantWaiver } from '../../shared/waivers/grant.ts'
import { startTables } from '../store/table.fixture.ts'
import { AUTO_TLS, HOSTILE, livedFleet, NOW, place, requestOn, WHO } from './judged-fleet.fixture.ts'
import { linksTo, textOf } from './markup.ts'

let tables: Awaited<ReturnType<typeof startTables>>
let store: Store
beforeAll(async () => {
  tables = await startTables()
  store = await tables.newStore()
  await livedFleet(store)
  await grantWaiver(
    store,
    {
      ...{ rule: AUTO_TLS, scope: { kind: 'instance', value: 'i-drift' }, reason: 'known', ticket: 'T-1' },
      until: '2026-03-01T23:59:59.999Z',
    },
    { who: WHO, at: NOW },
  )
})
afterAll(() => tables.stop())

const pageOf = async (query: string) => {
  const view = await findings(requestOn(store, { query }))
  return { view, html: String(view.body), text: textOf(view.body) }
}

/** The instances of the rows, in their order. */
const rowsOf = (html: string): string[] =>
  [...html.matchAll(/<tr><th scope="row">(.*?)<\/th>/gs)].map(([, cell]) => textOf(cell))

describe('the list of findings', () => {
  it('shows all, worst first, and says what is waived, stale and left out', async () => {
    const { html, text } = await pageOf('')
    expect(rowsOf(html)).toHaveLength(41)
    expect(text).toContain('41 findings. 1 that is waived is left out (show it).')
    expect(text.indexOf('FAIL stale')).toBeGreaterThan(0)
    const statuses = [...html.matchAll(/<span class="badge (\w+)/g)].map(([, status]) => status)
    expect(statuses).toEqual([...statuses].sort((a, b) => RANK.indexOf(a ?? '') - RANK.indexOf(b ?? '')))
  })

  it('shows waived ones where they are asked for, as a word beside the status', async () => {
    const { text } = await pageOf(`waived=1&rule=${AUTO_TLS}&instance=i-drift`)
    expect(text).toContain('1 finding.')
    expect(text).toContain('FAIL waived')
  })

  it.each([
    ['status=ERROR', ['i-refused']],
    ['status=FAIL,ERROR&cluster=orchard', ['i-config-file', 'i-gone-quiet']],
    ['status=FAIL&status=ERROR&cluster=orchard', ['i-config-file', 'i-gone-quiet']],
    ['status=fail&since=2026-02-01', [HOSTILE_SHOWN(), 'i-config-file', 'i-environment']],
    ['instance=i-good&region=eu-central-1', ['i-good']],
    ['instance=i-good&region=eu-west-1', []],
    ['account=999999999999', []],
    ['severity=low', []],
    ['q=AUTO-TLS environment', ['i-environment']],
    ['q=orchard passes-not', []],
    ['q=ETCD_AUTO_TLS', ['i-environment']],
  ])('%s', async (query, expected) => {
    const { html } = await pageOf(`${query}&rule=${AUTO_TLS}`)
    expect(rowsOf(html)).toEqual(expected)
  })

  it.each([
    ['instance', ['i-config-file', 'i-environment', 'i-gone-quiet', 'i-good', 'i-refused']],
    ['-instance', ['i-refused', 'i-good', 'i-gone-quiet', 'i-environment', 'i-config-file']],
    ['since', ['i-gone-quiet', 'i-good', 'i-config-file', 'i-environment', 'i-refused']],
    ['-since', ['i-config-file', 'i-environment', 'i-refused', 'i-gone-quiet', 'i-good']],
    ['cluster', ['i-refused', 'i-environment', 'i-config-file', 'i-gone-quiet', 'i-good']],
  ])('in the order of %s, and otherwise worst first', async (sort, expected) => {
    const { html } = await pageOf(`rule=${AUTO_TLS}&sort=${sort}`)
    expect(rowsOf(html).filter((each) => each.startsWith('i-'))).toEqual(expected)
    expect(html).toContain(`aria-sort="${sort.startsWith('-') ? 'descending' : 'ascending'}"`)
  })

  it('keeps everything that was asked in every link, and takes away just the one filter', async () => {
    const { html } = await pageOf('status=FAIL,ERROR&q=tls&sort=-since&waived=1')
    expect(linksTo(html, 'status: FAIL')).toEqual(['/findings?status=ERROR&q=tls&waived=1&sort=-since'])
    expect(linksTo(html, 'text: tls')).toEqual(['/findings?status=FAIL%2CERROR&waived=1&sort=-since'])
    expect(linksTo(html, 'Since')).toEqual(['/findings?status=FAIL%2CERROR&q=tls&waived=1&sort=since'])
    expect(linksTo(html, 'Status')).toEqual(['/findings?status=FAIL%2CERROR&q=tls&waived=1'])
  })

  it('keeps what was typed in the form', async () => {
    const { html } = await pageOf('status=PASS&cluster=a,b&since=7d&q=%22%3E&sort=cluster&waived=1')
    expect(html).toMatch(/value="PASS" checked/)
    expect(html).toMatch(/value="a, b"/)
    expect(html).toMatch(/name="since" value="7d"/)
    expect(html).toMatch(/value="&quot;&gt;"/)
    expect(html).toMatch(/value="cluster" selected/)
    expect(html).toMatch(/name="waived" value="1" checked/)
  })

  it('says at the field what cannot be asked', async () => {
    const { view, html, text } = await pageOf('since=yesterday')
    expect(view.status).toBe(400)
    expect(text).toContain('since does not know "yesterday"')
    expect((await pageOf('status=MAYBE')).text).toContain('status does not know "MAYBE"')
    expect(html).toMatch(/<a href="#f-since">/)
    expect(html).toMatch(/id="f-since"[^>]* aria-invalid="true" aria-describedby="problems"/)
  })

  it.each([
    ['q=nothing-has-this', 'Nothing fits these filters.'],
    [`instance=i-drift&status=FAIL&rule=${AUTO_TLS}`, 'Everything that fits here is waived.'],
    ['sort=since&page=99', 'There is no such page'],
  ])('says why there is nothing: %s', async (query, words) => {
    expect((await pageOf(query)).text).toContain(words)
  })

  it('says that nothing was scanned yet', async () => {
    const empty = await tables.newStore()
    const { body } = await findings(requestOn(empty))
    expect(textOf(body)).toContain('No scan of the whole fleet has ended yet')
  })
})

describe('pages of findings', () => {
  /** An API with this many findings, in pages as they are asked for. */
  const asking = (n: number) => {
    const limits: unknown[] = []
    const request = requestOn(store)
    request.ask = async <T>(_: string, { limit, cursor }: Record<string, unknown> = {}): Promise<T> => {
      limits.push(limit)
      const from = Number(cursor ?? 0)
      const to = Math.min(n, from + Number(limit))
      const all = Array.from({ length: to - from }, (_, i) => row(from + i))
      return { fresh: { at: NOW, scan: {} }, findings: all, ...(to < n && { next: String(to) }) } as T
    }
    return { request, limits }
  }
  const row = (i: number) =>
    ({
      ...place(`i-${String(i).padStart(5, '0')}`),
      ...{ ruleId: AUTO_TLS, control: '2.3', severity: 'high', status: 'FAIL', reason: 'R', message: 'm' },
      ...{ caveats: [], evidence: [], since: NOW, coverage: 'assessed' },
    }) as unknown as Row

  it('are read one by one in the order of the API', async () => {
    const { request, limits } = asking(250)
    const seen: string[] = []
    let href: string | undefined = '/findings?status=FAIL'
    while (href !== undefined) {
      request.query = new URLSearchParams(href.split('?')[1])
      const html = String((await findings(request)).body)
      seen.push(...rowsOf(html))
      href = linksTo(html, 'Next page')[0]
      if (href) expect(href).toContain('status=FAIL')
      else expect(linksTo(html, 'First page')).toEqual(['/findings?status=FAIL'])
    }
    expect(seen).toHaveLength(250)
    expect(new Set(seen).size).toBe(250)
    expect(limits).toEqual([100, 100, 100])
  })

  it('are sorted over all that there is, and each has its place', async () => {
    const { request } = asking(250)
    request.query = new URLSearchParams('sort=-instance&page=2')
    const html = String((await findings(request)).body)
    expect(rowsOf(html)[0]).toBe('i-00149')
    expect(textOf(html)).toContain('101 to 200 of 250 findings.')
    expect(linksTo(html, 'Next page')).toEqual(['/findings?sort=-instance&page=3'])
    expect(linksTo(html, 'First page')).toEqual(['/findings?sort=-instance'])
  })

  it('are not read again to turn one or to sort anew, until something was waived here', async () => {
    const { request, limits } = asking(250)
    for (const query of ['sort=instance', 'sort=instance&page=2', 'sort=-since', 'q=i-0']) {
      request.query = new URLSearchParams(query)
      await findings(request)
    }
    expect(limits).toEqual([1000])
    forgetRows(request.ask)
    await findings(request)
    expect(limits).toEqual([1000, 1000])
  })

  it('are read again where that did not succeed', async () => {
    const { request, limits } = asking(250)
    const { ask } = request
    request.query = new URLSearchParams('sort=instance')
    let isDown = true
    request.ask = (...asked) => (isDown ? Promise.reject(new Error('down')) : ask(...asked))
    await expect(findings(request)).rejects.toThrow('down')
    isDown = false
    expect(rowsOf(String((await findings(request)).body))).toHaveLength(100)
    expect(limits).toEqual([1000])
  })

  it('are made of at most 5,000 findings where these are searched, and say so', async () => {
    const { request, limits } = asking(7_000)
    request.query = new URLSearchParams('q=i-0')
    const text = textOf((await findings(request)).body)
    expect(limits).toHaveLength(5)
    expect(text).toContain('1 to 100 of 5000 findings.')
    expect(text).toContain('Only the first 5000 that fit the filters were looked at')
  })
})

describe('whatever stands in the address', () => {
  it.each(['page=-1', 'page=1e9&sort=x', 'cursor=%00', 'status=&rule=,,', `q=${'a'.repeat(9_999)}`])(
    '%s',
    (query) => {
      expect(() => readFindingsQuery(new URLSearchParams(query))).not.toThrow()
    },
  )
})

const RANK = ['fail', 'error', 'pass', 'not']
function HOSTILE_SHOWN(): string {
  return HOSTILE.id.replace('\u202e', '⟨U+202E⟩')
}
