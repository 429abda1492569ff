import { expect, test } from 'vitest'
import type { ScanRecord } from '../../shared/findings/records.ts'
import { unpainted } from '../../shared/report/grid.ts'
import { renderScans } from '../../shared/report/scans-table.ts'

const scan = (scanId: string, more: Partial<ScanRecord> = {}): ScanRecord => ({
  scanId,
  status: 'closed',
  trigger: 'schedule',
  openedAt: '2026-01-31T12:00:00.000Z',
  deadlineAt: '2026-01-31T12:30:00.000Z',
  targets: 1,
  engineVersion: '1',
  ...more,
})

test('scans of single instances, cancelled and failed ones are told apart from those of the fleet', () => {
  const text = renderScans(
    [
      scan('whole'),
      scan('two', { only: ['i-a', 'i-b'] }),
      scan('stopped', { status: 'cancelled' }),
      scan('broken', { status: 'failed', targetErrors: ['1/eu: no \u001b[31mrole'] }),
      scan('one', { status: 'cancelled', only: ['i-a'] }),
    ],
    unpainted,
  )
  expect(text).toMatch(/ whole +fleet +closed/)
  expect(text).toMatch(/ two +2 instances +closed/)
  expect(text).toMatch(/ stopped +fleet +cancelled/)
  expect(text).toMatch(/ broken +fleet +failed\n {2}1\/eu: no role\n/)
  expect(text).toMatch(/ one +1 instance +cancelled/)
  expect(text).toMatch(/\n5 scans: 1 of the fleet, 1 of single instances, 2 cancelled, 1 failed\n$/)
})
