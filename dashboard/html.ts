import { html as tagged } from 'hono/html'
import type { HtmlEscapedString } from 'hono/utils/html'

/** Markup that is finished: only `html` makes it. */
export type Html = HtmlEscapedString

type Value = string | number | Html | undefined | null | false | Value[]

/** More than this of one text is no help to a reader, and a burden to a browser. */
const LONGEST_TEXT = 100_000

/** What acts on a reader or cannot be seen: controls but for tab and line feed, line separators, marks that turn, join or hide text. */
const UNSEEN = /(?![\n\t])[\p{Cc}\p{Zl}\p{Zp}\p{Cf}]/gu

/**
 * The same text with what cannot be seen shown: a control character as its picture (`␛`), another as its code point
 * (`⟨U+202E⟩`). It may have several lines.
 */
export const visible = (text: string): string => {
  const shown = text.length > LONGEST_TEXT ? `${text.slice(0, LONGEST_TEXT)}…` : text
  return shown.toWellFormed().replace(UNSEEN, picture)
}

const picture = (character: string): string => {
  const code = character.codePointAt(0) ?? 0
  if (code < 0x20) return String.fromCodePoint(0x2400 + code)
  if (code === 0x7f) return '\u2421'
  return `\u27e8U+${code.toString(16).toUpperCase().padStart(4, '0')}\u27e9`
}

/**
 * Markup from a template. Every value in it is made visible and escaped unless it is markup itself; so a value is safe wherever
 * text may stand, and in an attribute in double quotes. What is undefined, null or false is left out.
 */
export const html = (strings: TemplateStringsArray, ...values: Value[]): Html => {
  const made = tagged(strings, ...values.map(prepared))
  if (made instanceof Promise) throw new Error('a template of a page has to be made at once')
  return made
}

const prepared = (value: Value): Value => {
  if (typeof value === 'string') return visible(value)
  return Array.isArray(value) ? value.map(prepared) : value
}

/** Nothing at all. */
export const NOTHING: Html = html``

/** Parts with something between any two of them. */
export const joined = (parts: Html[], between: Html | string): Html =>
  html`${parts.map((part, i) => (i === 0 ? part : html`${between}${part}`))}`
