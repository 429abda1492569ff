import Table from 'cli-table3'

/** A style by meaning; the command maps it to colours, or to none. */
export type Style = 'fail' | 'error' | 'pass' | 'dim' | 'bold'
export type Paint = (style: Style, text: string) => string

/** No colours: for files, pipes and tests. */
export const unpainted: Paint = (_style, text) => text

const NO_BORDERS = Object.fromEntries(
  ['top', 'bottom', 'mid'].flatMap((line) => [
    [line, ''],
    [`${line}-mid`, ''],
    [`${line}-left`, ''],
    [`${line}-right`, ''],
  ]),
)

/**
 * Columns without borders. Takes one-line cells that are already safe to print; returns one line for the head and
 * one for each row, without trailing blanks.
 */
export const grid = (head: string[], rows: string[][], paint: Paint): string[] => {
  const table = new Table({
    chars: {
      ...NO_BORDERS,
      left: '',
      'left-mid': '',
      'mid-mid': '',
      right: '',
      'right-mid': '',
      middle: '  ',
    },
    style: { 'padding-left': 0, 'padding-right': 0, head: [], border: [] },
  })
  table.push(
    head.map((title) => paint('bold', title)),
    ...rows,
  )
  return table
    .toString()
    .split('\n')
    .map((line) => line.trimEnd())
}
