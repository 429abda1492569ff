import { type Html, html } from '../html.ts'

/** Paragraphs of our own, such as a rule's: between backticks stands code. */
export const prose = (text: string): Html[] =>
  text
    .trim()
    .split(/\n\s*\n/)
    .map((paragraph) => html`<p>${inline(paragraph)}</p>`)

/** One line of it. */
export const inline = (text: string): Html[] =>
  text.split('`').map((part, i) => (i % 2 === 1 ? html`<code>${part}</code>` : html`${part}`))
