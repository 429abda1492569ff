import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { ActionRequest, View } from '../../dashboard/page.ts'
import { finding } from '../../dashboard/pages/finding.ts'
import { takeBack, waive } from '../../dashboard/pages/waive.ts'
import type { Store } from '../../shared/store/store.ts'
import { startTables } from '../store/table.fixture.ts'
import {
  AUTO_TLS,
  assessmentOf,
  livedFleet,
  MEMBERS,
  NOW,
  paramsOf,
  place,
  requestOn,
  WHO,
} from './judged-fleet.fixture.ts'
import { textOf } from './markup.ts'

let tables: Awaited<ReturnType<typeof startTables>>
let store: Store
beforeAll(async () => {
  tables = await startTables()
  store = await tables.newStore()
  await livedFleet(store)
})
afterAll(() => tables.stop())

const DRIFT = { ...paramsOf(place('i-drift'), AUTO_TLS) }
const GIVEN = {
  scope: 'instance',
  reason: 'being replaced',
  ticket: 'OPS-7',
  until: '2026-03-01',
  approvedBy: '',
}
const sent = (more: Record<string, string> = {}, on = store): ActionRequest =>
  requestOn(on, { form: { ...DRIFT, ...GIVEN, ...more } })

const isView = (done: View | { redirect: string }): View => {
  if ('redirect' in done) throw new Error(`it was done: ${done.redirect}`)
  return done
}
const held = async () => (await store.waivers()).filter(({ removed }) => !removed)
/** Each case begins without waivers. */
beforeEach(async () => {
  for (const { id } of await held()) await takeBack(requestOn(store, { form: { ...DRIFT, id } }))
})

describe('waiving a finding from its page', () => {
  it('is done in the name of who runs the dashboard, and leads back to the finding, which shows it', async () => {
    const done = await waive(sent())
    const [waiver] = await held()
    expect(waiver).toMatchObject({
      rule: AUTO_TLS,
      scope: { kind: 'instance', value: '111122223333/eu-central-1/i-drift' },
      ...{
        reason: 'being replaced',
        ticket: 'OPS-7',
        until: '2026-03-01T23:59:59.999Z',
        who: WHO,
        createdAt: NOW,
      },
    })
    expect(done).toEqual({
      redirect: `/findings/111122223333/eu-central-1/i-drift/${AUTO_TLS}?waived=${waiver?.id}`,
    })
    const { body } = await finding(requestOn(store, { params: DRIFT, query: `waived=${waiver?.id}` }))
    const text = textOf(body)
    expect(text).toContain(`The waiver ${waiver?.id} holds from now on.`)
    expect(text).toContain(
      `Waived until 2026-03-01 by ${waiver?.id}: being replaced (ticket OPS-7; asked for by ${WHO}, approved by nobody else)`,
    )
    expect(text).toContain('FAIL waived')
    expect(text).toContain(`Waivers From 2026-02-03 12:00Z until 2026-03-01: ${waiver?.id}`)
    expect(text).toContain(`fleet-scanner waivers remove --local ${waiver?.id}`)
    expect(String(body)).not.toContain('action="/waivers"')
  })

  it('covers the cluster of the instance where that is asked for, whatever the form says it is', async () => {
    await waive(sent({ scope: 'cluster', cluster: 'everything', approvedBy: 'kim' }))
    expect(await held()).toMatchObject([{ scope: { kind: 'cluster', value: 'harbour' }, approvedBy: 'kim' }])
  })

  const wrong: [more: Record<string, string>, field: string, words: string][] = [
    [{ reason: '  ' }, 'reason', 'must be a reason, not empty'],
    [{ reason: 'x'.repeat(501) }, 'reason', 'must be at most 500 characters'],
    [{ ticket: '' }, 'ticket', 'must be a ticket, not empty'],
    [{ until: '' }, 'until', 'is no date'],
    [{ until: '2026-02-31' }, 'until', 'is no date'],
    [{ until: '2026-02-02' }, 'until', 'is over'],
    [{ until: '2026-12-31' }, 'until', 'is too far ahead; a waiver ends within 90 days, by 2026-05-04'],
    [{ approvedBy: 'alex@example.com' }, 'approvedBy', 'is who asks'],
  ]
  it.each(wrong)('%j is refused at its field, and what was typed stays', async (more, field, words) => {
    const view = isView(await waive(sent(more)))
    expect(view.status).toBe(422)
    expect(view.title).toMatch(/^Not waived: i-drift/)
    const html = String(view.body)
    expect(html).toMatch(new RegExp(`<a href="#w-${field}">`))
    expect(html).toMatch(new RegExp(`<p class="field-error" id="w-${field}-error"><bdi>[^<]*${words}`))
    expect(html).toMatch(
      new RegExp(`id="w-${field}"[^>]*aria-describedby="[^"]*w-${field}-error" aria-invalid="true"`),
    )
    for (const [name, value] of Object.entries({ ...GIVEN, ...more }))
      if (name !== 'scope') expect(html).toContain(`value="${value}"`)
    expect(await held()).toEqual([])
  })

  it('names everything that is wrong at once', async () => {
    const html = String(isView(await waive(sent({ reason: '', ticket: '' }))).body)
    expect(html.match(/class="field-error"/g)).toHaveLength(2)
  })

  it('is refused where the configuration demands an approval, which the form says beforehand', async () => {
    const strict = await tables.newStore()
    await livedFleet(strict)
    await strict.putSettings({ waivers: { maxDays: 30, approval: 'required', tags: ['role'] } })
    const form = String((await finding(requestOn(strict, { params: DRIFT }))).body)
    expect(textOf(form)).toContain('Another person than you; the configuration demands it.')
    expect(form).toMatch(/name="until"[^>]* max="2026-03-05"/)
    const html = String(isView(await waive(sent({}, strict))).body)
    expect(textOf(html)).toContain('the configuration demands that somebody else approves each waiver')
    expect(await waive(sent({ approvedBy: 'kim' }, strict))).toHaveProperty('redirect')
  })

  it('is refused where one holds already, was mended meanwhile, or never failed', async () => {
    await waive(sent())
    expect(textOf(isView(await waive(sent())).body)).toContain('waives this already, until 2026-03-01')
    const good = requestOn(store, { form: { ...GIVEN, ...paramsOf(place('i-good'), AUTO_TLS) } })
    expect(textOf(isView(await waive(good)).body)).toContain('this is no open failure any more')
    const error = requestOn(store, { form: { ...GIVEN, ...paramsOf(place('i-refused'), AUTO_TLS) } })
    expect(textOf(isView(await waive(error)).body)).toContain('this is no open failure any more')
    expect(await held()).toHaveLength(1)
  })

  it('is refused before a scan has said what the configuration demands', async () => {
    const young = await tables.newStore()
    const scan = { scanId: '20260131T120000Z', openedAt: '2026-01-31T12:00:00.000Z' }
    await young.openScan({
      ...{ ...scan, status: 'open', trigger: 'manual', deadlineAt: NOW, targets: 1, engineVersion: '1' },
    })
    await young.applyAssessments(scan.scanId, NOW, MEMBERS.slice(0, 1).map(assessmentOf))
    expect(textOf(isView(await waive(sent({}, young))).body)).toContain('run a scan first')
  })

  it('is not offered to who has no name, and the rest of the page is there', async () => {
    const nameless = requestOn(store, { params: DRIFT })
    nameless.caller = () => Promise.reject(new Error('the session has ended'))
    const { body } = await finding(nameless)
    expect(textOf(body)).toContain('Nothing can be waived here now')
    expect(String(body)).toContain('<mark>--auto-tls=true</mark>')
    expect(String(body)).not.toContain('action="/waivers"')
  })

  it('is of no finding that there is not', async () => {
    await expect(waive(sent({ instance: 'i-nobody' }))).rejects.toMatchObject({ status: 404 })
  })
})

describe('taking a waiver back from the page', () => {
  it('ends it, and says so where that was done already', async () => {
    await waive(sent())
    const [waiver] = await held()
    const request = () =>
      requestOn(store, { form: { ...DRIFT, id: waiver?.id ?? '' }, now: '2026-02-03T18:00:00.000Z' })
    expect(await takeBack(request())).toEqual({
      redirect: `/findings/111122223333/eu-central-1/i-drift/${AUTO_TLS}`,
    })
    expect(await held()).toEqual([])
    const later = requestOn(store, { params: DRIFT, now: '2026-02-04T12:00:00.000Z' })
    expect(textOf((await finding(later)).body)).toContain(
      `Waivers From 2026-02-03 12:00Z to 2026-02-03 18:00Z: ${waiver?.id}, being replaced (ticket OPS-7)`,
    )
    expect(textOf(isView(await takeBack(request())).body)).toContain(
      `waiver ${waiver?.id} was already removed`,
    )
  })
})
