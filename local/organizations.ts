import * as z from 'zod'
import { AwsError } from './aws-error.ts'
import type { FleetUnit } from './fleet-schema.ts'
import { MOST_PER_PAGE, pageOf } from './paging.ts'

const listRequest = z.strictObject({
  ParentId: z.string(),
  NextToken: z.string().optional(),
  MaxResults: z.number().int().min(1).max(MOST_PER_PAGE).optional(),
})

/** AWS Organizations: what is in the organizational units of the fleet file. Takes JSON; throws AwsError. */
export const organizations =
  (units: FleetUnit[]) =>
  (operation: string, body: unknown): object => {
    const checked = listRequest.safeParse(body)
    if (!checked.success) throw new AwsError('InvalidInputException', z.prettifyError(checked.error))
    const { ParentId, NextToken, MaxResults } = checked.data
    if (units.length === 0)
      throw new AwsError('AWSOrganizationsNotInUseException', 'the account is in no organization')
    const unit = units.find(({ id }) => id === ParentId)
    if (unit === undefined)
      throw new AwsError('ParentNotFoundException', `there is no organizational unit ${ParentId}`)
    const page = <T>(items: T[]) => {
      const asked = { maxResults: MaxResults, nextToken: NextToken }
      const { items: some, nextToken } = pageOf(items, asked, 'InvalidInputException')
      return { some, more: nextToken === undefined ? {} : { NextToken: nextToken } }
    }
    if (operation === 'ListAccountsForParent') {
      const { some, more } = page([
        ...unit.accounts.map((account) => accountOf(account, 'ACTIVE')),
        ...unit.suspended.map((account) => accountOf(account, 'SUSPENDED')),
      ])
      return { Accounts: some, ...more }
    }
    if (operation === 'ListOrganizationalUnitsForParent') {
      const { some, more } = page(unit.units.map((id) => ({ Id: id, Name: id })))
      return { OrganizationalUnits: some, ...more }
    }
    throw new AwsError('UnknownOperationException', `the embedded account has no organizations:${operation}`)
  }

const accountOf = (id: string, state: 'ACTIVE' | 'SUSPENDED') => ({
  ...{ Id: id, Name: id, State: state, Status: state },
})
