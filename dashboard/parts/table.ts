import { type Html, html } from '../html.ts'

export type Cell = Html | string | number | undefined

export type Column = {
  title: Html | string
  /** Set to the right, with figures of one width. */
  number?: boolean
  /** Where the rows are sorted by it. */
  sorted?: 'ascending' | 'descending'
}

export type TableOptions = {
  caption: Html | string
  columns: (Column | string)[]
  rows: Cell[][]
  /** Said in place of a table without rows. */
  empty: Html | string
  /** The caption is for screen readers alone, since a heading says the same. */
  quiet?: boolean
}

/** A table whose first column names the row. Wider than the screen, it scrolls by itself, also by keyboard. */
export const table = ({ caption, columns, rows, empty, quiet = false }: TableOptions): Html => {
  if (rows.length === 0) return html`<p class="empty">${empty}</p>`
  const all = columns.map((each) => (typeof each === 'string' ? { title: each } : each))
  const isNumber = (i: number) => all[i]?.number === true
  const head = all.map(
    ({ title, number, sorted }) =>
      html`<th scope="col"${number && html` class="n"`}${sorted && html` aria-sort="${sorted}"`}>${title}</th>`,
  )
  const line = (cells: Cell[]) =>
    cells.map((cell, i) => {
      if (i === 0) return html`<th scope="row">${cell}</th>`
      return html`<td${isNumber(i) && html` class="n"`}>${cell}</td>`
    })
  return html`<div class="wide" tabindex="0" role="group" aria-label="${typeof caption === 'string' ? caption : 'Table'}"><table>
<caption${quiet && html` class="quiet"`}>${caption}</caption>
<thead><tr>${head}</tr></thead>
<tbody>
${rows.map((cells) => html`<tr>${line(cells)}</tr>\n`)}</tbody></table></div>`
}
