import { BatchImportFindingsCommand, SecurityHubClient } from '@aws-sdk/client-securityhub'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { fleetAgent } from '../../local/agent.ts'
import { accessKeyOf, type MemberRole } from '../../local/caller.ts'
import { type Endpoint, startEndpoint } from '../../local/endpoint.ts'
import { type AsffFinding, asffFindings } from '../../shared/report/formats/asff.ts'
import { report } from '../report/formats/report.fixture.ts'
import { fleetOf } from './fleet-of.ts'

const ACCOUNT = '111111111111'
const OTHER = '222222222222'
const REGION = 'eu-central-1'
let now = new Date('2026-02-01T12:00:00Z')
let endpoint: Endpoint
let made = 0
/** Each test has ids of its own. */
let findings: AsffFinding[]

beforeAll(async () => {
  endpoint = await startEndpoint({
    fleet: {
      ...fleetOf([{ account: ACCOUNT }, { account: OTHER }]),
      denied: [{ action: 'securityhub:BatchImportFindings', account: OTHER, region: 'eu-west-1' }],
      securityHub: { off: [{ account: OTHER, region: REGION }], rejects: ['/i-d/'] },
    },
    documents: [],
    agent: fleetAgent(),
    now: () => now,
  })
})
afterAll(() => endpoint.stop())
beforeEach(() => {
  made++
  findings = asffFindings(report()).map((each) => ({ ...each, Id: `${each.Id}/${made}` }))
})

const hub = (account = ACCOUNT, region = REGION, role?: MemberRole) =>
  new SecurityHubClient({
    ...{ endpoint: endpoint.url, region, maxAttempts: 1 },
    credentials: { accessKeyId: accessKeyOf(account, role), secretAccessKey: 'x' },
  })
const send = (given: object[], client = hub()) =>
  client.send(new BatchImportFindingsCommand({ Findings: given as AsffFinding[] }))
const first = (): AsffFinding => {
  const [one] = findings
  if (!one) throw new Error('the fixture has no finding')
  return one
}
const held = (id: string) => endpoint.hubFindings().find(({ Id }) => Id === id)

describe('the embedded Security Hub', () => {
  it('takes the findings of a report as they are', async () => {
    const given = findings.filter(({ Id }) => !Id.includes('/i-d/'))
    const answer = await send(given, hub(ACCOUNT, REGION, 'security-hub'))
    expect(answer).toMatchObject({ SuccessCount: 6, FailedCount: 0, FailedFindings: [] })
    for (const each of given)
      if (each.RecordState === 'ACTIVE') expect(held(each.Id)).toEqual(JSON.parse(JSON.stringify(each)))
  })

  it('ignores an update that is not newer, and keeps one finding an id', async () => {
    const one = first()
    await send([one])
    await send([{ ...one, Title: 'the same time' }])
    await send([{ ...one, Title: 'older', UpdatedAt: '2026-01-09T00:00:00Z' }])
    expect(held(one.Id)).toMatchObject({ Title: one.Title })
    await send([{ ...one, Title: 'newer', UpdatedAt: '2026-02-01T11:00:00.000Z' }])
    expect(held(one.Id)).toMatchObject({ Title: 'newer' })
  })

  it('forgets what was not updated for 90 days, and what was archived after 30', async () => {
    const [one, two] = findings
    await send([
      { ...one, UpdatedAt: now.toISOString() },
      { ...two, UpdatedAt: now.toISOString(), RecordState: 'ARCHIVED' },
    ])
    const begin = now
    const days = (count: number) => {
      now = new Date(begin.getTime() + count * 86_400_000)
      return [held(one?.Id ?? ''), held(two?.Id ?? '')].map((each) => each !== undefined)
    }
    expect([days(29), days(31), days(89), days(91)]).toEqual([
      ...[
        [true, true],
        [true, false],
        [true, false],
        [false, false],
      ],
    ])
    now = begin
  })

  it.each([
    ['no title', { Title: undefined }, 'Title'],
    ['a description that is too long', { Description: 'x'.repeat(1025) }, 'Description'],
    ['a time that is none', { UpdatedAt: 'yesterday' }, 'UpdatedAt'],
    ['no resource', { Resources: [] }, 'Resources'],
    ['another schema', { SchemaVersion: '2020-01-01' }, 'SchemaVersion'],
    ['a title that is too long', { Title: 'x'.repeat(257) }, 'Title'],
    ['no severity', { Severity: { Original: 'high' } }, 'Severity'],
  ])('rejects a finding with %s, and takes the others', async (_, wrong, named) => {
    const [one, two] = findings
    const { SuccessCount, FailedFindings } = await send([{ ...one, ...wrong }, { ...two }])
    expect({ SuccessCount, FailedFindings }).toEqual({
      SuccessCount: 1,
      FailedFindings: [
        { Id: one?.Id, ErrorCode: 'InvalidInput', ErrorMessage: expect.stringContaining(named) },
      ],
    })
    expect(held(one?.Id ?? '')).toBeUndefined()
  })

  it('rejects what it is told to, what is too large, and the second of two with one id', async () => {
    const one = first()
    const told = findings.find(({ Id }) => Id.includes('/i-d/'))
    const large = { ...one, Id: `large/${made}`, Note: { Text: 'x'.repeat(250_000), UpdatedBy: 'x' } }
    const { FailedFindings = [] } = await send([one, one, told ?? {}, large])
    expect(FailedFindings.map(({ ErrorCode }) => ErrorCode)).toEqual([
      ...['DuplicatedFindingIdentifier', 'InvalidInput', 'FindingSizeExceeded'],
    ])
  })

  it.each([
    ['a title', { Title: ' ' }, 'Findings.1.Title'],
    ['a field', { ProductFields: { a: '' } }, 'Findings.1.ProductFields.a'],
  ])('refuses the whole request where %s is blank', async (_, wrong, named) => {
    const [one, two] = findings
    await expect(send([{ ...one }, { ...two, ...wrong }])).rejects.toMatchObject({
      name: 'InvalidInputException',
      message: expect.stringContaining(`'${named}'`),
    })
    expect(held(one?.Id ?? '')).toBeUndefined()
  })

  it('refuses more than 100 at once, and none', async () => {
    const many = Array.from({ length: 101 }, (_, n) => ({ ...first(), Id: `n${n}` }))
    await expect(send(many)).rejects.toMatchObject({ name: 'InvalidInputException' })
    await expect(send([])).rejects.toMatchObject({ name: 'InvalidInputException' })
    expect((await send(many.slice(1))).SuccessCount).toBe(100)
  })

  it.each([
    ['another account', () => hub(OTHER, 'us-east-1')],
    ['another region', () => hub(ACCOUNT, 'us-east-1')],
    ['a role without the right', () => hub(ACCOUNT, REGION, 'reader')],
    ['a place where that is denied', () => hub(OTHER, 'eu-west-1', 'security-hub')],
  ])('refuses the whole request of %s', async (_, client) => {
    await expect(send([first()], client())).rejects.toMatchObject({
      name: 'AccessDeniedException',
      message: expect.stringContaining('securityhub:BatchImportFindings'),
    })
    expect(held(first().Id)).toBeUndefined()
  })

  it('says where it is off', async () => {
    await expect(send([first()], hub(OTHER))).rejects.toMatchObject({
      name: 'InvalidAccessException',
      message: `Account ${OTHER} is not subscribed to AWS Security Hub`,
    })
  })
})
