import { describe, expect, it } from 'vitest'
import type { FindingRow } from '../../shared/report/findings-table.ts'
import { controlRanges, foldRows } from '../../shared/report/fold-findings.ts'

const row = (
  where: string,
  control: string,
  status: 'PASS' | 'FAIL' | 'ERROR',
  message = 'm',
): FindingRow => ({
  where,
  finding: {
    ruleId: control,
    control,
    severity: 'high',
    status,
    reason: 'R',
    message,
    caveats: [],
    evidence: [],
  },
})

describe('the table says a thing once', () => {
  it('folds the passes of a host, and an error that is the same under every control', () => {
    const rows = [
      row('a', '2.10', 'PASS', 'x'),
      row('a', '2.2', 'PASS', 'y'),
      row('b', '2.1', 'ERROR'),
      row('b', '2.2', 'ERROR'),
    ]
    expect(foldRows(rows).map(({ where, controls }) => [where, controls])).toEqual([
      ['a', ['2.2', '2.10']],
      ['b', ['2.1', '2.2']],
    ])
  })
  it('never folds a FAIL, nor what differs', () => {
    const rows = [
      row('a', '2.1', 'FAIL'),
      row('a', '2.2', 'FAIL'),
      row('b', '2.1', 'ERROR', 'x'),
      row('b', '2.2', 'ERROR', 'y'),
    ]
    expect(foldRows(rows)).toHaveLength(4)
  })
  it.each([
    [['2.1', '2.2', '2.3', '2.6'], '2.1-2.3 2.6'],
    [['2.3'], '2.3'],
    [['2.9', '2.10', '3.1'], '2.9-2.10 3.1'],
  ])('%j reads %s', (controls, text) => {
    expect(controlRanges(controls)).toBe(text)
  })
})
