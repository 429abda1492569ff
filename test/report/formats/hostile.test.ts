import { XMLParser } from 'fast-xml-parser'
import { describe, expect, it } from 'vitest'
import { escapeMarkdown } from '../../../shared/report/formats/markdown.ts'
import { REPORT_FORMATS } from '../../../shared/report/formats/names.ts'
import { renderReport } from '../../../shared/report/formats/render.ts'
import { PAYLOADS } from '../../hostile/payloads.ts'
import { problemsOf } from '../../hostile/problems.ts'
import { elementsOf } from './page.fixture.ts'
import { report } from './report.fixture.ts'

const hostile = (payload: string) => report({ text: payload, cluster: payload, detail: payload })
const JSON_FORMATS = new Set(['json', 'jsonl', 'sarif', 'asff', 'ocsf'])
/** What a page or a document is built of, without what it says. */
const shapeOf = (page: string) =>
  elementsOf(page).map(({ name, attributes }) => `${name} ${Object.keys(attributes).sort()}`)
/** Keys and kinds of a JSON text, without what it says. */
const kindOf = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(kindOf)
  if (typeof value !== 'object' || value === null) return typeof value
  return Object.fromEntries(Object.entries(value).map(([key, inside]) => [key, kindOf(inside)]))
}
const XML = new XMLParser({ ignoreAttributes: false, parseTagValue: false })

describe.each(Object.entries(PAYLOADS))('%s', (_, payload) => {
  const made = hostile(payload)

  it.each(REPORT_FORMATS)('acts on no reader of %s', (format) => {
    const text = renderReport(made, format)
    const where = JSON_FORMATS.has(format) ? `${format} JSON` : format
    expect(problemsOf({ [where]: format === 'csv' ? text.replaceAll('\r\n', '\n') : text })).toEqual([])
    expect(text.endsWith('\n')).toBe(true)
  })

  it('builds nothing of its own in the page', () => {
    expect(shapeOf(renderReport(made, 'html'))).toEqual(shapeOf(renderReport(report(), 'html')))
  })

  it('builds nothing of its own in JUnit’s XML', () => {
    const kind = (text: string) => kindOf(XML.parse(text))
    expect(kind(renderReport(made, 'junit'))).toEqual(kind(renderReport(report(), 'junit')))
  })

  it('changes no key and no number of values in JSON', () => {
    const json = (of: typeof made) => kindOf(JSON.parse(renderReport(of, 'json')))
    expect(json(made)).toEqual(json(report()))
    const lines = renderReport(made, 'jsonl').trimEnd().split('\n')
    expect(lines.map((line) => JSON.parse(line).record)).toEqual(
      renderReport(report(), 'jsonl')
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line).record),
    )
  })

  it('builds no link, markup, mention, line or cell in Markdown', () => {
    const lines = (of: typeof made) => renderReport(of, 'markdown').split('\n')
    const shape = (all: string[]) => all.map((line) => line.replace(/\\./g, '').replace(/[^|#]/g, ''))
    expect(shape(lines(made))).toEqual(shape(lines(report())))
    const bare = lines(made).join('\n').replace(/\\./g, '').replaceAll('@<!-- -->', '')
    expect(bare).not.toMatch(/[<>`*[\]]|:\/\/|@|!\[|www\./)
  })
})

describe('text in Markdown', () => {
  it.each([
    ['a `b` *c* _d_', 'a \\`b\\` \\*c\\* \\_d\\_'],
    ['[x](http://e)', '\\[x\\]\\(http&colon;//e\\)'],
    ['www.evil.example', 'www&period;evil.example'],
    ['@all &lt; <b>', '@<!-- -->all &amp;lt; &lt;b&gt;'],
    ['a|b\nc', 'a\\|b c'],
    ['i-0abc --auto-tls=true', 'i-0abc --auto-tls=true'],
  ])('%j becomes %j', (text, escaped) => {
    expect(escapeMarkdown(text)).toBe(escaped)
  })
})
