import { type Html, html } from '../html.ts'

/** The first `max` characters; none of them is cut in half. */
export const shortened = (text: string, max = 200): string => {
  if (text.length <= max) return text
  const characters = [...text.slice(0, max * 2)]
  return characters.length <= max && text.length <= max * 2 ? text : `${characters.slice(0, max).join('')}…`
}

/** Text from a node, on one line, in a direction of its own, so that it cannot turn what stands beside it. */
export const data = (text: string, max = 200): Html => html`<bdi>${oneLine(shortened(text, max))}</bdi>`

/** The same as something that a machine reads: a flag, a path, a hash. */
export const code = (text: string, max = 300): Html =>
  html`<code><bdi dir="ltr">${oneLine(shortened(text, max))}</bdi></code>`

/** A command to copy: it must be whole, so it is not shortened. `id` is its own on the page. */
export const command = (text: string, id: string): Html =>
  html`<pre class="command" id="${id}" tabindex="0">${text}</pre><button type="button" hidden data-copy="${id}">Copy</button>`

/** The end of a line and the tab as their symbols: the text is one piece. */
export const oneLine = (text: string): string => text.replaceAll('\n', '\u240a').replaceAll('\t', '\u2409')
