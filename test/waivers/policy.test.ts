import { describe, expect, test } from 'vitest'
import { endOfDay, problemOf, type WaiverPolicy } from '../../shared/waivers/policy.ts'
import type { WaiverRequest } from '../../shared/waivers/waiver.ts'
import { request as asked } from './waivers.fixture.ts'

const ALICE = 'arn:aws:sts::111111111111:assumed-role/AWSReservedSSO_Admin_1a2b/alice@example.com'
const POLICY: WaiverPolicy = { maxDays: 365, approval: 'optional', tags: ['Name', 'team'] }
const AT = '2026-01-31T12:00:00.000Z'
const end = (date: string) => endOfDay(date) ?? ''
const wrong = (request: Partial<WaiverRequest>, policy = POLICY, who = ALICE) =>
  problemOf({ ...asked(), until: end('2026-06-30'), ...request }, who, policy, AT)?.field

test('a day ends with its last millisecond; a day that is in no calendar has no end', () => {
  expect(endOfDay('2028-02-29')).toBe('2028-02-29T23:59:59.999Z')
  for (const text of ['2026-02-29', '2026-13-01', '2026-1-1', '2026-01-31T12:00Z', 'tomorrow', ''])
    expect(endOfDay(text)).toBeUndefined()
})

describe('an end', () => {
  test('is today at the earliest, and as far ahead as the configuration admits', () => {
    expect(wrong({ until: end('2026-01-30') })).toBe('until')
    expect(wrong({ until: end('2026-01-31') })).toBeUndefined()
    expect(wrong({ until: end('2027-01-31') })).toBeUndefined()
    expect(wrong({ until: end('2027-02-01') })).toBe('until')
    const quarter = { ...POLICY, maxDays: 90 }
    expect(wrong({ until: end('2026-05-01') }, quarter)).toBeUndefined()
    expect(wrong({ until: end('2026-05-02') }, quarter)).toBe('until')
  })
})

describe('an approval', () => {
  const demanded: WaiverPolicy = { ...POLICY, approval: 'required' }

  test('is demanded where the configuration says so', () => {
    expect(wrong({})).toBeUndefined()
    expect(wrong({}, demanded)).toBe('approvedBy')
    expect(wrong({ approvedBy: 'bob@example.com' }, demanded)).toBeUndefined()
  })

  test.each([
    [ALICE, ALICE],
    [ALICE, 'alice@example.com'],
    [ALICE, ' Alice@Example.com '],
    [ALICE, 'alice'],
    ['local:alice', 'alice@example.com'],
    ['local:alice', 'local:alice'],
    ['arn:aws:iam::111111111111:user/security/alice', 'alice'],
    ['arn:aws:iam::111111111111:user/alice', 'arn:aws:sts::111111111111:assumed-role/Admin/alice'],
  ])('by %s for %s is no approval by another person', (who, approvedBy) => {
    for (const policy of [POLICY, demanded]) expect(wrong({ approvedBy }, policy, who)).toBe('approvedBy')
  })

  test.each([
    [ALICE, 'bob'],
    [ALICE, 'alice@elsewhere.example'],
    ['local:alice', 'alicea'],
    ['arn:aws:iam::111111111111:root', 'alice'],
  ])('by %s for %s is one', (who, approvedBy) => {
    expect(wrong({ approvedBy }, demanded, who)).toBeUndefined()
  })
})

test('a tag that no scan keeps would cover nothing', () => {
  const byTag = (value: string) => wrong({ scope: { kind: 'tag', value } })
  expect(byTag('team=a')).toBeUndefined()
  expect(byTag('Name=')).toBeUndefined()
  for (const value of ['teams=a', 'Team=a', 'env=prod']) expect(byTag(value)).toBe('tag')
})
