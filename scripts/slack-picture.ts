import { readFileSync } from 'node:fs'
import type { SlackMessage } from '../shared/report/slack.ts'

/** What fits into a row, by about the width of a letter. */
const COLUMNS = 112
const HEADER_COLUMNS = 80
const LINE = 21
const WIDTH = 920

type Style = 'plain' | 'bold' | 'italic' | 'code' | 'header' | 'small'
type Piece = { text: string; style: Style }

const LOOKS: Record<Style, string> = {
  plain: 'fill="#1d1c1d"',
  bold: 'fill="#1d1c1d" font-weight="700"',
  italic: 'fill="#1d1c1d" font-style="italic"',
  code: 'fill="#c01343" font-family="Menlo, Consolas, monospace" font-size="12"',
  header: 'fill="#1d1c1d" font-weight="800" font-size="17"',
  small: 'fill="#616061" font-size="12"',
}

/** Slack's markup, as far as our messages use it. */
const pieces = (line: string, base: Style): Piece[] =>
  (line.match(/`[^`]*`|\*[^*`]+\*|\b_[^_`]+_|[^`*_]+|./g) ?? []).map((text) => {
    if (/^`.*`$/.test(text)) return { text: text.slice(1, -1), style: 'code' }
    if (/^\*.+\*$/.test(text)) return { text: text.slice(1, -1), style: 'bold' }
    if (/^_.+_$/.test(text)) return { text: text.slice(1, -1), style: 'italic' }
    return { text, style: base }
  })

/** Breaks at blanks, so that no row has more characters than fit. Entities count as what they stand for. */
const rowsOf = (line: string, base: Style): Piece[][] => {
  const rows: Piece[][] = [[]]
  let used = 0
  for (const { text, style } of pieces(line, base))
    for (const word of text.split(/(?<= )/)) {
      const length = word.replaceAll(/&\w+;/g, '&').length
      if (used + length > (base === 'header' ? HEADER_COLUMNS : COLUMNS) && used > 0) {
        rows.push([])
        used = 0
      }
      const row = rows.at(-1) ?? []
      const last = row.at(-1)
      if (last?.style === style) last.text += word
      else row.push({ text: word, style })
      used += length
    }
  return rows
}

/** A digest about as Slack shows it, as an SVG: from the golden file of this name. */
export const slackPicture = (name = 'mixed'): string => {
  const file = `test/fixtures/digests/${name}.slack.json`
  const { blocks }: SlackMessage = JSON.parse(readFileSync(file, 'utf8'))
  const rows = blocks.flatMap(rowsOfBlock)
  const drawn = rows.map((row, i) => {
    const spans = row.map(({ text, style }) => `<tspan ${LOOKS[style]}>${text}</tspan>`).join('')
    return `<text x="20" y="${32 + i * LINE}" xml:space="preserve">${spans}</text>`
  })
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${rows.length * LINE + 24}" font-family="Lato, 'Helvetica Neue', Arial, sans-serif" font-size="14" role="img" aria-label="A digest in Slack">
<rect width="100%" height="100%" rx="8" fill="#ffffff" stroke="#dddddd"/>
${drawn.join('\n')}
</svg>
`
}

const rowsOfBlock = (block: SlackMessage['blocks'][number]): Piece[][] => {
  const gap: Piece[][] = [[]]
  if (block.type === 'header') return [...rowsOf(block.text.text, 'header'), ...gap]
  const texts = block.type === 'context' ? block.elements : [block.text]
  const style = block.type === 'context' ? 'small' : 'plain'
  return texts.flatMap((each) => [
    ...(each && 'text' in each ? each.text.split('\n').flatMap((line) => rowsOf(line, style)) : []),
    ...gap,
  ])
}
