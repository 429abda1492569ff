import fc from 'fast-check'
import { XMLParser, XMLValidator } from 'fast-xml-parser'
import { describe, expect, it } from 'vitest'
import { pathOf, pathWith } from '../../dashboard/ask.ts'
import { html, visible } from '../../dashboard/html.ts'
import { PAYLOADS } from '../hostile/payloads.ts'

const hostile = fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom(...Object.values(PAYLOADS)))

describe('a value in a template', () => {
  it('never becomes an element or an attribute', () => {
    fc.assert(
      fc.property(hostile, hostile, (text, title) => {
        const made = String(html`<p title="${title}">${text}${[html`<b>${text}</b>`, text]}</p>`)
        expect(XMLValidator.validate(made)).toBe(true)
        const parsed = new XMLParser({ ignoreAttributes: false, attributeNamePrefix: '@' }).parse(made)
        const keys = typeof parsed.p === 'object' ? Object.keys(parsed.p) : []
        expect(keys.filter((key) => !['@title', 'b', '#text'].includes(key))).toEqual([])
      }),
    )
  })

  it('shows what cannot be seen, but for tabs and line feeds', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        const shown = visible(text)
        expect(shown).not.toMatch(/(?![\n\t])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u)
        expect(visible(shown)).toBe(shown)
      }),
    )
    expect(visible('a\u001b[31mb\u202ec\u0085\n\td')).toBe('a␛[31mb⟨U+202E⟩c⟨U+0085⟩\n\td')
  })

  it('is left out where it is nothing, and kept where it is 0', () => {
    expect(String(html`${undefined}${null}${false}${0}${''}`)).toBe('0')
  })

  it('is cut where it is longer than any page', () => {
    expect(visible('x'.repeat(200_000))).toHaveLength(100_001)
  })
})

describe('a path', () => {
  it('keeps whatever is in a segment in that segment', () => {
    fc.assert(
      fc.property(fc.array(hostile, { minLength: 1, maxLength: 4 }), (segments) => {
        const url = new URL(pathOf(...segments.map((each) => `a${each}`)), 'http://x')
        expect(url.origin).toBe('http://x')
        expect(url.pathname.split('/')).toHaveLength(segments.length + 1)
        expect(url.search + url.hash).toBe('')
      }),
    )
  })

  it('sends lists with commas, and nothing of what is empty', () => {
    expect(pathWith('/x', { a: ['1', '2'], b: '', c: undefined, d: 0, e: [] })).toBe('/x?a=1%2C2&d=0')
  })
})
