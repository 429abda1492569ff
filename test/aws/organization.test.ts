import { OrganizationsClient } from '@aws-sdk/client-organizations'
import { expect, onTestFinished, test } from 'vitest'
import { fleetAgent } from '../../local/agent.ts'
import { localCredentials } from '../../local/credentials.ts'
import { startEndpoint } from '../../local/endpoint.ts'
import type { FleetUnit } from '../../local/fleet-schema.ts'
import { organizationAccounts } from '../../shared/aws/organization.ts'
import { isPermanent } from '../../shared/aws/permanent-error.ts'
import { fleetOf } from '../local/fleet-of.ts'

const ROOT = 'r-ab12'
const unitId = (n: number) => `ou-ab12-${String(n).padStart(8, '0')}`
const account = (n: number) => String(n).padStart(12, '0')
const unit = (id: string, parts: Partial<FleetUnit>): FleetUnit => ({
  ...{ id, accounts: [], suspended: [], units: [] },
  ...parts,
})

/** AWS's own client on the embedded account, and what it asks for. */
const accountsIn = async (organization: FleetUnit[], isDenied = false) => {
  const asked: string[] = []
  const endpoint = await startEndpoint({
    fleet: {
      ...fleetOf([]),
      organization,
      denied: isDenied ? [{ action: 'organizations:ListAccountsForParent', account: '000000000000' }] : [],
    },
    documents: [],
    agent: fleetAgent(),
    onCall: (_caller, operation) => asked.push(operation),
  })
  const client = new OrganizationsClient({
    endpoint: endpoint.url,
    region: 'eu-central-1',
    credentials: localCredentials,
    maxAttempts: 1,
  })
  onTestFinished(async () => {
    client.destroy()
    await endpoint.stop()
  })
  return { list: organizationAccounts(client), asked }
}

test('all active accounts of a unit are found, over pages and in units inside of units', async () => {
  const many = Array.from({ length: 45 }, (_, n) => account(n + 1))
  const units = Array.from({ length: 25 }, (_, n) => unitId(n + 1))
  const { list } = await accountsIn([
    unit(ROOT, { units, accounts: [account(901)], suspended: [account(902)] }),
    ...units.map((id, n) => unit(id, n === 24 ? { accounts: many, units: [unitId(99)] } : {})),
    unit(unitId(99), { accounts: [account(500)], suspended: [account(501)] }),
  ])
  expect(await list(ROOT)).toEqual([...many, account(500), account(901)])
  expect(await list(unitId(99))).toEqual([account(500)])
  expect(await list(unitId(3))).toEqual([])
})

test('a page may be empty and others follow, and an old answer has a status alone', async () => {
  const pages = [
    { Accounts: [], NextToken: 'a' },
    {
      Accounts: [
        { Id: account(1), Status: 'ACTIVE' },
        { Id: account(2), Status: 'SUSPENDED' },
      ],
      NextToken: 'b',
    },
    {
      Accounts: [
        { Id: account(3), Status: 'ACTIVE', State: 'PENDING_CLOSURE' },
        { Id: account(4), State: 'ACTIVE' },
      ],
    },
    { OrganizationalUnits: [] },
  ]
  const tokens: unknown[] = []
  const send = async ({ input }: { input: { NextToken?: string } }) => {
    tokens.push(input.NextToken)
    return pages.shift()
  }
  const list = organizationAccounts({ send } as unknown as OrganizationsClient)
  expect(await list(ROOT)).toEqual([account(1), account(4)])
  expect(tokens).toEqual([undefined, 'a', 'b', undefined])
})

test.each([
  ['a refusal', [unit(ROOT, {})], true, 'AccessDeniedException'],
  ['a unit that is not there', [unit(unitId(1), {})], false, 'ParentNotFoundException'],
  ['an account without an organization', [], false, 'AWSOrganizationsNotInUseException'],
])('%s is thrown, and is not worth another try', async (_name, organization, isDenied, name) => {
  const { list, asked } = await accountsIn(organization, isDenied)
  const error = await list(ROOT).catch((thrown: unknown) => thrown)
  expect(error).toMatchObject({ name })
  expect(isPermanent(error)).toBe(true)
  expect(asked).toEqual(['ListAccountsForParent'])
})
