import { pathWith } from '../ask.ts'
import { type Html, html, NOTHING } from '../html.ts'

/** Links to the first page and to the one after this; nothing where there is one page alone. `query` is this page's own. */
export const pager = (path: string, query: URLSearchParams, next: string | undefined): Html => {
  const isFirst = !query.has('cursor')
  if (isFirst && next === undefined) return NOTHING
  const rest = Object.fromEntries([...query].filter(([name]) => name !== 'cursor'))
  return html`<nav class="pager" aria-label="Pages">
${!isFirst && html`<a href="${pathWith(path, rest)}">First page</a>`}
${next !== undefined && html`<a rel="next" href="${pathWith(path, { ...rest, cursor: next })}">Next page</a>`}
</nav>`
}
