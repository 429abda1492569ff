import type { BatchImportFindingsCommand, SecurityHubClient } from '@aws-sdk/client-securityhub'
import { expect, test } from 'vitest'
import { importFindings, securityHubOf } from '../../shared/aws/security-hub.ts'
import { pushTable } from '../../shared/push/push-table.ts'
import { PushProblem } from '../../shared/push/send-due.ts'
import { type AsffFinding, asffFindings } from '../../shared/report/formats/asff.ts'
import { unpainted } from '../../shared/report/grid.ts'
import { ROLES } from '../aws/member-roles.fixture.ts'
import { recordedClient } from '../aws/recorded-client.ts'
import { PAYLOADS } from '../hostile/payloads.ts'
import { problemsOf } from '../hostile/problems.ts'
import { report } from '../report/formats/report.fixture.ts'

const TARGET = { account: '111122223333', region: 'eu-west-1', roles: ROLES, selectors: [{ a: 'b' }] }
const FINDINGS = asffFindings(report()).slice(0, 2)
const send = (answer: object | Error) =>
  importFindings(
    recordedClient<SecurityHubClient>({ BatchImportFindings: [answer] }).client,
    TARGET,
    FINDINGS,
  )
const failed = (...codes: string[]) => ({
  FailedCount: codes.length,
  FailedFindings: codes.map((ErrorCode, n) => ({ Id: FINDINGS[n]?.Id, ErrorCode, ErrorMessage: 'not so' })),
})
const error = (name: string) => Object.assign(new Error('said by AWS'), { name })
const refusing = (ids: Set<string>, calls: string[][] = []) => {
  const send = async ({ input: { Findings = [] } }: BatchImportFindingsCommand) => {
    calls.push(Findings.map(({ Id = '' }) => Id))
    if (Findings.some(({ Id = '' }) => ids.has(Id))) throw error('InvalidInputException')
    return {}
  }
  return { send } as unknown as SecurityHubClient
}

test('what was not taken comes back with its id, code and words', async () => {
  expect(await send({ FailedCount: 0 })).toEqual([])
  expect(await send(failed('InvalidInput'))).toEqual([
    { id: FINDINGS[0]?.Id, code: 'InvalidInput', message: 'not so' },
  ])
})

test('a place that refuses each finding alike takes none; one that refuses one of them does', async () => {
  await expect(send(failed('InvalidAccess', 'InvalidAccess'))).rejects.toThrow(PushProblem)
  expect(await send(failed('InvalidAccess'))).toHaveLength(1)
})

test.each([
  [
    'InvalidAccessException',
    /takes no findings in account 111122223333, region eu-west-1 .*enable it there$/,
  ],
  ['AccessDenied', /^role \S+-security-hub could not be taken .*`securityHub`.*`pushers`/],
  ['AccessDeniedException', /^role \S+-security-hub may not send findings/],
  ['TooManyRequestsException', /^they could not be sent: said by AWS \(TooManyRequestsException\)$/],
])('%s is said in words', async (name, says) => {
  const problem = await send(error(name)).catch((caught: unknown) => caught)
  expect(problem).toBeInstanceOf(PushProblem)
  expect((problem as Error).message).toMatch(says)
  expect((problem as Error).message).toContain('said by AWS')
})

test.each([[[7]], [[0, 99]], [[3, 4, 5, 60]], [[]]])(
  'findings %j of 100 for which the whole request is refused are rejected, and all others sent once',
  async (wrong) => {
    const many = Array.from({ length: 100 }, (_, n) => ({ ...FINDINGS[0], Id: `f${n}` }) as AsffFinding)
    const ids = new Set(wrong.map((n) => `f${n}`))
    const calls: string[][] = []
    const rejected = await importFindings(refusing(ids, calls), TARGET, many)
    expect(rejected).toEqual(
      [...ids].map((id) => ({ id, code: 'InvalidInputException', message: 'said by AWS' })),
    )
    const taken = calls.filter((batch) => !batch.some((id) => ids.has(id))).flat()
    expect(taken.sort()).toEqual(many.flatMap(({ Id }) => (ids.has(Id) ? [] : Id)).sort())
    // Two for each halving of each of them, and the first.
    expect(calls.length).toBeLessThanOrEqual(1 + wrong.length * 2 * 7)
  },
)

test('the client slows down by itself, in the region of the target', async () => {
  const client = securityHubOf(TARGET)
  expect(await client.config.region()).toBe('eu-west-1')
  expect((await client.config.retryStrategy()).constructor.name).toMatch(/Adaptive/)
})

test.each(Object.entries(PAYLOADS))('what AWS says acts on no reader: %s', (_, payload) => {
  const sent = { new: 1, changed: 0, archived: 0, refreshed: 0 }
  const rejected = Array.from({ length: 25 }, () => ({ id: payload, code: payload, message: payload }))
  const went = [
    { account: '1', region: 'r', sent, unchanged: 0, staying: 0, rejected, unsent: 3, problem: payload },
  ]
  const text = pushTable(went, false, unpainted)
  expect(problemsOf({ table: text })).toEqual([])
  expect(text.split('\n')).toHaveLength(1 + 1 + 20 + 1 + 1 + 1)
  expect(text).toContain(
    '  and 5 more, which --format json shows\nSecurity Hub: 1 sent, 25 rejected, 3 not sent\n',
  )
})
