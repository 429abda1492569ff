import { scaleLinear } from 'd3-scale'
import { area, line } from 'd3-shape'
import { type Html, html } from '../html.ts'
import { table } from '../parts/table.ts'
import { countTicks, dayTicks, WIDTH } from './scales.ts'

/** One day (UTC): findings that fail or are undecided, and instances that were not assessed. */
export type TrendDay = { day: string; FAIL: number; ERROR: number; PASS: number; notAssessed: number }

/** More rows than this are not read one by one: then each week is a row. */
const MOST_ROWS = 100

/** How what is open went up and down, in two drawings over the same days, and the same as a table. At least two days. */
export const trendChart = (days: TrendDay[]): Html => {
  const last = days.at(-1)
  if (!last || days.length < 2)
    return html`<p class="empty">A trend needs scans of at least two days; it begins to show tomorrow.</p>`
  const misses = days.some(({ notAssessed }) => notAssessed > 0)
  return html`<figure class="chart">
<figcaption><span class="key fail">FAIL, now ${last.FAIL}</span> <span class="key error">ERROR on top of it, now ${last.ERROR}</span>${
    misses && html` <span class="key missed">instances not assessed, now ${last.notAssessed}</span>`
  }</figcaption>
${openPlot(days)}
${misses && missedPlot(days)}
<div class="plot"><div class="x-axis" aria-hidden="true">${dayTicks(days.map(({ day }) => day)).map((day) => html`<span>${day}</span>`)}</div></div>
${!misses && html`<p class="hint">The scans of these days left out no instance; a day without a scan shows the one before.</p>`}
${asTable(days)}
</figure>`
}

const HEIGHT = 200
const SMALL = 50

const openPlot = (days: TrendDay[]): Html => {
  const total = ({ FAIL, ERROR }: TrendDay) => FAIL + ERROR
  const ticks = countTicks(Math.max(...days.map(total)))
  const { x, y } = scales(days, ticks.at(-1) ?? 1, HEIGHT)
  const fails = area<TrendDay>(
    (_, i) => x(i),
    y(0),
    ({ FAIL }) => y(FAIL),
  )
  const errors = area<TrendDay>(
    (_, i) => x(i),
    ({ FAIL }) => y(FAIL),
    (each) => y(total(each)),
  )
  const edge = (of: (each: TrendDay) => number) =>
    line<TrendDay>(
      (_, i) => x(i),
      (each) => y(of(each)),
    )(days) ?? ''
  return html`<div class="plot">${yAxis(ticks)}
<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" preserveAspectRatio="none" role="img" aria-label="${spoken(days)}">
${ticks.map((tick) => html`<line class="${tick === 0 ? 'axis' : 'grid'}" x1="0" x2="${WIDTH}" y1="${y(tick)}" y2="${y(tick)}" vector-effect="non-scaling-stroke"/>`)}
<path class="area fail" d="${fails(days) ?? ''}"/>
<path class="area error" d="${errors(days) ?? ''}"/>
<path class="edge error" d="${edge(total)}" vector-effect="non-scaling-stroke"/>
<path class="edge fail" d="${edge(({ FAIL }) => FAIL)}" vector-effect="non-scaling-stroke"/>
${days.map((each, i) => column(x, i, days.length, HEIGHT, `${each.day}: ${each.FAIL} FAIL, ${each.ERROR} ERROR, ${each.PASS} PASS`))}
</svg></div>`
}

const missedPlot = (days: TrendDay[]): Html => {
  const most = Math.max(...days.map(({ notAssessed }) => notAssessed))
  const { x, y } = scales(days, most, SMALL)
  const missed = area<TrendDay>(
    (_, i) => x(i),
    SMALL,
    ({ notAssessed }) => y(notAssessed),
  )
  return html`<div class="plot small">${yAxis([0, most])}
<svg viewBox="0 0 ${WIDTH} ${SMALL}" preserveAspectRatio="none" role="img" aria-label="Instances not assessed: at most ${most} on a day">
<line class="axis" x1="0" x2="${WIDTH}" y1="${SMALL}" y2="${SMALL}" vector-effect="non-scaling-stroke"/>
<path class="area missed" d="${missed(days) ?? ''}"/>
${days.map((each, i) => column(x, i, days.length, SMALL, `${each.day}: ${each.notAssessed} instances not assessed`))}
</svg></div>`
}

const scales = (days: TrendDay[], most: number, height: number) => {
  const across = scaleLinear([0, days.length - 1], [0, WIDTH])
  const up = scaleLinear([0, most], [height, 0])
  return { x: (i: number) => rounded(across(i)), y: (n: number) => rounded(up(n)) }
}

const rounded = (n: number): number => Math.round(n * 10) / 10

/** What a pointer that rests on a day is told. */
const column = (x: (i: number) => number, i: number, count: number, height: number, words: string): Html => {
  const step = WIDTH / (count - 1)
  const from = Math.max(0, x(i) - step / 2)
  const to = Math.min(WIDTH, x(i) + step / 2)
  return html`<rect class="day" x="${rounded(from)}" y="0" width="${rounded(to - from)}" height="${height}"><title>${words}</title></rect>`
}

const yAxis = (ticks: number[]): Html =>
  html`<div class="y-axis" aria-hidden="true">${ticks.toReversed().map((tick) => html`<span>${tick}</span>`)}</div>`

/** The drawing in a sentence. */
const spoken = (days: TrendDay[]): string => {
  const [first, last] = [days[0], days.at(-1)]
  const most = Math.max(...days.map(({ FAIL }) => FAIL))
  return `Open findings from ${first?.day} to ${last?.day}: FAIL from ${first?.FAIL} to ${last?.FAIL}, at most ${most}; ERROR from ${first?.ERROR} to ${last?.ERROR}`
}

const asTable = (days: TrendDay[]): Html => {
  const weekly = days.length > MOST_ROWS
  const rows = days.toReversed().filter((_, i) => !weekly || i % 7 === 0)
  return html`<details><summary>The same as a table</summary>
${table({
  caption: weekly ? 'Each seventh day, the newest first' : 'Each day, the newest first',
  columns: ['Day', ...['FAIL', 'ERROR', 'PASS', 'Not assessed'].map((title) => ({ title, number: true }))],
  rows: rows.map(({ day, FAIL, ERROR, PASS, notAssessed }) => [day, FAIL, ERROR, PASS, notAssessed]),
  empty: '',
})}</details>`
}
