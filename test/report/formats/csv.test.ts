import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { csvCell, reportCsv } from '../../../shared/report/formats/csv.ts'
import { PAYLOADS } from '../../hostile/payloads.ts'
import { report } from './report.fixture.ts'

/** By the grammar of RFC 4180: records end with CRLF, a quoted field may hold anything, its quotes doubled. */
const parse = (csv: string): string[][] => {
  const records: string[][] = []
  let record: string[] = []
  let rest = csv
  while (rest !== '') {
    const [whole, quoted, end] = /^"((?:[^"]|"")*)"(,|\r\n)/.exec(rest) ?? []
    if (whole === undefined) throw new Error(`this is no field: ${rest.slice(0, 40)}`)
    record.push((quoted ?? '').replaceAll('""', '"'))
    rest = rest.slice(whole.length)
    if (end === ',') continue
    records.push(record)
    record = []
  }
  return records
}
const rowsOf = (csv: string): Record<string, string>[] => {
  const [titles = [], ...rows] = parse(csv)
  for (const row of rows) expect(row).toHaveLength(titles.length)
  return rows.map((row) => Object.fromEntries(titles.map((title, i) => [title, row[i] ?? ''])))
}

describe('CSV', () => {
  it('has a row for each verdict, and one for each instance without any', () => {
    const rows = rowsOf(reportCsv(report()))
    expect(rows.map(({ instance, status, coverage }) => `${instance} ${coverage} ${status}`)).toEqual([
      ...['i-a assessed PASS', 'i-b assessed FAIL', 'i-c assessed FAIL', 'i-d assessed ERROR'],
      ...['i-e assessed NOT_APPLICABLE', 'i-f unreachable PASS', 'i-g stopped '],
    ])
    expect(rows[1]).toMatchObject({ control: '2.3', stale: 'false', evidence_sha256: 'ab'.repeat(32) })
    expect(rows[2]).toMatchObject({
      waived_until: '2026-03-31T23:59:59.999Z',
      waiver_approved_by: expect.stringMatching(/^bob/),
    })
    expect(rows[5]).toMatchObject({ stale: 'true', coverage_detail: 'ConnectionLost' })
    expect(rows[6]).toMatchObject({ why_not_assessed: 'it was not running', rule: '' })
  })

  it.each(['=1+1', '+1', '-1', '@SUM(A1)', '\t=1', '\r=1', ' =1', '\u200b=1', '＝1', '\x1b[31m=1'])(
    'takes %j for no formula',
    (text) => {
      expect(csvCell(text)).toMatch(/^"'/)
    },
  )

  it('leaves an honest text as it is', () => {
    expect(csvCell('etcd runs with "auto-TLS" on, set by --auto-tls=true')).toBe(
      '"etcd runs with ""auto-TLS"" on, set by --auto-tls=true"',
    )
  })

  it('holds whatever a node says in its own cell, and no cell begins a formula', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom(...Object.values(PAYLOADS))),
        (text) => {
          const rows = parse(reportCsv(report({ text, cluster: text, detail: text })))
          expect(rows).toHaveLength(8)
          for (const cell of rows.flat()) expect(cell).not.toMatch(/^\s*[=+\-@\t\r＝＋－＠]/)
        },
      ),
      { numRuns: 60 },
    )
  })
})
