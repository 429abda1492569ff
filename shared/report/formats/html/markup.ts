import { type raw, html as tagged } from 'hono/html'
import { plainText } from '../../plain-text.ts'

/** Markup that is finished: only this module makes it. */
export type Markup = ReturnType<typeof raw>

type Value = string | number | Markup | Markup[] | undefined

/**
 * Markup from a template, every value in it escaped unless it is markup itself. Texts are also cleaned of what acts on a
 * reader (controls, marks that turn the direction of text).
 */
export const markup = (strings: TemplateStringsArray, ...values: Value[]): Markup => {
  const made = tagged(
    strings,
    ...values.map((value) => (typeof value === 'string' ? plainText(value, 2000) : value)),
  )
  if (made instanceof Promise) throw new Error('a template of a report has to be made at once')
  return made
}

/** Text of several lines that is kept as it is but for escaping: only for what was made safe otherwise, such as our own JSON. */
export const preformatted = (text: string): Markup => {
  const made = tagged`<pre tabindex="0">${text}</pre>`
  if (made instanceof Promise) throw new Error('a template of a report has to be made at once')
  return made
}

/** A table, or a word that it is empty. Cells are texts or markup; `numbers` are the columns that are set to the right. */
export const table = (
  caption: string,
  titles: string[],
  rows: (string | number | Markup | undefined)[][],
  numbers: number[] = [],
): Markup => {
  if (rows.length === 0) return markup`<p class="none">${caption}: none.</p>`
  const isNumber = (column: number) => numbers.includes(column)
  const head = titles.map((title, i) =>
    isNumber(i) ? markup`<th scope="col" class="n">${title}</th>` : markup`<th scope="col">${title}</th>`,
  )
  const line = (cells: (typeof rows)[number]) =>
    cells.map((cell, i) => (isNumber(i) ? markup`<td class="n">${cell}</td>` : markup`<td>${cell}</td>`))
  return markup`<div class="wide" tabindex="0" role="region" aria-label="${caption}"><table>
<caption>${caption}</caption>
<thead><tr>${head}</tr></thead>
<tbody>${rows.map((cells) => markup`<tr>${line(cells)}</tr>\n`)}</tbody></table></div>`
}

/** A status as a word in its colour. */
export const statusMark = (status: string, word = status): Markup =>
  markup`<span class="s ${status.toLowerCase().replace('_', '-')}">${word}</span>`

export const section = (id: string, title: string, ...parts: Markup[]): Markup =>
  markup`<section id="${id}"><h2>${title}</h2>
${parts}
</section>
`
