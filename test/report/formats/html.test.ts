import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { reportHtml } from '../../../shared/report/formats/html.ts'
import { reportJson } from '../../../shared/report/formats/json.ts'
import { elementsOf, textOf } from './page.fixture.ts'
import { input, report } from './report.fixture.ts'

const page = reportHtml(report())
const text = textOf(page)
/** The cells of the rows that follow a caption, as text. */
const rowsOf = (caption: string): string[][] => {
  const from = page.indexOf(`<caption>${caption}`)
  if (from < 0) throw new Error(`there is no table ${caption}`)
  const body = page.slice(page.indexOf('<tbody>', from), page.indexOf('</tbody>', from))
  return [...body.matchAll(/<tr>(.*?)<\/tr>/gs)].map(([, row = '']) =>
    [...row.matchAll(/<td[^>]*>(.*?)<\/td>/gs)].map(([, cell = '']) => textOf(cell).trim()),
  )
}

describe('the auditor’s page', () => {
  const json = JSON.parse(reportJson(report()))

  it('says the same numbers as the JSON', () => {
    const { coverage, totals, automated, controls, population } = json
    expect(text).toContain(
      `${coverage.assessed} of ${coverage.total} instances assessed; ${totals.findings} verdicts:`,
    )
    for (const status of ['FAIL', 'ERROR', 'PASS'])
      expect(text).toMatch(new RegExp(`\\b${totals.byStatus[status]} ${status}\\b`))
    expect(text).toContain(
      `${totals.byStatus.NOT_APPLICABLE} not applicable; ${totals.stale} from an earlier scan`,
    )
    expect(text).toContain(`automated: ${automated.answered} of ${automated.of}.`)
    expect(rowsOf('Instances by state')).toEqual(
      Object.entries(coverage.byState).map(([state, n]) => [state, String(n)]),
    )
    expect(rowsOf('Every control of the section').map((row) => [row[0], ...row.slice(4)])).toEqual(
      controls.map((each: Record<string, unknown>) => [
        each.control,
        ...(each.automated
          ? [each.pass, each.fail, each.waived, each.error, each.notApplicable].map(String)
          : ['-', '-', '-', '-', '-']),
      ]),
    )
    const instances = rowsOf('Every instance')
    expect(instances.map(([id]) => id?.split('/')[2])).toEqual(
      population.map(({ instanceId }: { instanceId: string }) => instanceId),
    )
    const verdicts = instances.flatMap((row) => row.slice(3, 9)).filter((cell) => cell !== '-')
    expect(verdicts.sort()).toEqual(['(PASS)', 'ERROR', 'FAIL', 'FAIL waived', 'PASS', 'n/a'].sort())
  })

  it('names who was not assessed, and why', () => {
    expect(rowsOf('Instances that were not assessed')).toEqual([
      ['111111111111/eu-central-1/i-f', 'harbour', 'unreachable', json.population[5].why, 'ConnectionLost'],
      ['111111111111/eu-central-1/i-g', 'harbour', 'stopped', 'it was not running', ''],
    ])
  })

  it('shows the evidence of each failure with its hash, every exception, every change, and the sample', () => {
    expect(text).toContain('--auto-tls=true (process /x/--auto-tls=true, pid 812)')
    expect(text).toContain('ab'.repeat(32))
    expect(rowsOf('Every exception')).toMatchObject([{ 3: '1', 4: 'yes', 6: '2026-03-31' }])
    expect(rowsOf('Every change')).toHaveLength(json.changes.length)
    expect([...page.matchAll(/<pre /g)]).toHaveLength(json.sample.items.length)
    expect(text).toContain('drawn with seed 7')
    expect(text).toContain('fleet-scanner evidence verify')
  })

  it('leaves out what was not asked for', () => {
    const { sample: _, ...without } = report()
    const { period: __, ...moment } = without
    const short = reportHtml(moment)
    expect(short).not.toContain('id="changes"')
    expect(short).not.toContain('id="sample"')
    expect(page).toContain('id="changes"')
  })

  it('loads nothing: no address at all, and a policy that would refuse it', () => {
    expect(page).not.toMatch(/:\/\/|\/\/[a-z]|url\(|@import/i)
    for (const { name, attributes } of elementsOf(page)) {
      expect(['script', 'iframe', 'img', 'link', 'object', 'embed', 'form', 'base', 'svg']).not.toContain(
        name,
      )
      expect(Object.keys(attributes).filter((each) => /^(src|srcset|on.*|style|action)$/.test(each))).toEqual(
        [],
      )
      if (attributes.href !== undefined) expect(attributes.href).toMatch(/^#[a-z]+$/)
    }
    const policy = elementsOf(page).find(({ attributes }) => attributes['http-equiv'])?.attributes.content
    const [, style = ''] = /<style>(.*?)<\/style>/s.exec(page) ?? []
    const hash = createHash('sha256').update(style).digest('base64')
    expect(policy).toBe(`default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'`)
  })

  it('is for the dark, for print, and for a screen reader', () => {
    expect(page).toContain('prefers-color-scheme: dark')
    expect(page).toContain('@media print')
    expect(page).toMatch(/^<!doctype html>\n<html lang="en">/)
    const elements = elementsOf(page)
    const ids = elements.flatMap(({ attributes }) => attributes.id ?? [])
    for (const { attributes } of elements)
      if (attributes.href !== undefined) expect(ids).toContain(attributes.href.slice(1))
    expect(elements.filter(({ name }) => name === 'h1')).toHaveLength(1)
    expect(elements.filter(({ name, attributes }) => name === 'th' && attributes.scope !== 'col')).toEqual([])
  })

  it('holds raw evidence so that its hash can be taken from the page', () => {
    const evidence = { schemaVersion: 1, psOutput: 'a\u0000\u202e<b>&amp;"\'\u2028' }
    const made = input()
    const items = made.sample?.items.map((item) => ({ ...item, evidence })) ?? []
    const shown = reportHtml(report({}, { sample: { seed: 7, size: 4, of: 6, items } }))
    const [, box = ''] = /<pre [^>]*>(.*?)<\/pre>/s.exec(shown) ?? []
    expect(JSON.stringify(JSON.parse(textOf(box)))).toBe(JSON.stringify(evidence))
  })

  it('cuts evidence that would make the page too large, and says so', () => {
    const made = input({ text: 'x'.repeat(300_000) })
    const shown = reportHtml(report({}, { sample: made.sample } as object))
    expect(shown.length).toBeLessThan(600_000)
    expect(shown).toContain('its first 100000 of 3000')
  })
})
