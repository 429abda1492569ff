import { describe, expect, it } from 'vitest'
import { UsageError } from '../../cli/exit-code.ts'
import { filterOf, momentOf, sinceOf } from '../../cli/filters.ts'

const NOW = new Date('2026-01-31T12:00:00Z')

describe('filters', () => {
  it('take several values with commas, in any case where the values are ours', () => {
    expect(
      filterOf({ status: 'fail, ERROR', severity: 'High', inRegion: 'eu-west-1,eu-west-2' }, NOW),
    ).toEqual({
      status: ['FAIL', 'ERROR'],
      severity: ['high'],
      region: ['eu-west-1', 'eu-west-2'],
    })
  })

  it('keep the case of names', () => {
    expect(
      filterOf({ cluster: 'Prod', rule: 'r', control: '2.3', instance: 'i-1', account: '1' }, NOW),
    ).toEqual({
      cluster: ['Prod'],
      rule: ['r'],
      control: ['2.3'],
      instance: ['i-1'],
      account: ['1'],
    })
  })

  it('refuse a status that no finding can have, rather than finding nothing', () => {
    expect(() => filterOf({ status: 'FAILED' }, NOW)).toThrow(UsageError)
    expect(() => filterOf({ severity: 'urgent' }, NOW)).toThrow(/low, medium, high, critical/)
  })

  it.each([
    ['7d', '2026-01-24T12:00:00.000Z'],
    ['24h', '2026-01-30T12:00:00.000Z'],
    ['30m', '2026-01-31T11:30:00.000Z'],
    ['2026-01-15', '2026-01-15T00:00:00.000Z'],
    ['2026-01-15T10:00:00+02:00', '2026-01-15T08:00:00.000Z'],
  ])('understand --since %s', (text, moment) => expect(sinceOf(text, NOW)).toBe(moment))

  it.each(['yesterday', '7', '2026-13-01', '15', '-1d', '99999999999999d'])('refuse --since %s', (text) =>
    expect(() => sinceOf(text, NOW)).toThrow(UsageError),
  )

  it.each([
    ['7d', '2026-01-24T12:00:00.000Z'],
    ['2026-01-15', '2026-01-15T23:59:59.999Z'],
    ['2026-01-31', '2026-01-31T12:00:00.000Z'],
    ['2026-01-15T10:00', '2026-01-15T10:00:00.000Z'],
    ['2026-01-15T10:00:00.123Z', '2026-01-15T10:00:00.123Z'],
    ['2026-01-15T10:00:00+02:00', '2026-01-15T08:00:00.000Z'],
  ])('understand --at %s: a day is its end, a time without a zone is UTC', (text, moment) =>
    expect(momentOf(text, NOW)).toBe(moment),
  )

  it.each([
    'yesterday',
    '7',
    '2026-13-01',
    '2025-02-30',
    '2025-02-30T12:00Z',
    '15',
    '-1d',
    '99999999999999d',
    '2026-01-15T25:00',
  ])('refuse --at %s', (text) => expect(() => momentOf(text, NOW)).toThrow(/--at does not know/))

  it.each(['2026-02-01', '2026-01-31T12:01Z'])('refuse --at %s, which has not come yet', (text) =>
    expect(() => momentOf(text, NOW)).toThrow(/has not come yet/),
  )
})
