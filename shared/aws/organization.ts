import {
  type Account,
  ListAccountsForParentCommand,
  ListOrganizationalUnitsForParentCommand,
  OrganizationsClient,
} from '@aws-sdk/client-organizations'

/** A client with the scanner's own rights; `onRequest` is told the operation of every request, each try for itself. */
export const organizationsClient = (onRequest: (operation: string) => void): OrganizationsClient => {
  const client = new OrganizationsClient({ retryMode: 'adaptive', maxAttempts: 6 })
  client.middlewareStack.add(
    (next, { commandName = 'unknown' }) =>
      (args) => {
        onRequest(commandName.replace(/Command$/, ''))
        return next(args)
      },
    { step: 'deserialize', priority: 'low' },
  )
  return client
}

/** The ids of the active accounts directly or indirectly in an organizational unit, or root, in order. */
export type AccountsIn = (unit: string) => Promise<string[]>

/**
 * Asks AWS Organizations; only its management account, or an account that the organization has delegated this to, gets
 * an answer. Its quotas are low, so units are asked for one after the other. Throws what the service throws.
 */
export const organizationAccounts =
  (client: OrganizationsClient): AccountsIn =>
  async (unit) => {
    const found = new Set<string>()
    const units = [unit]
    for (const each of units) {
      for (const id of await accountsDirectlyIn(client, each)) found.add(id)
      units.push(...(await unitsDirectlyIn(client, each)))
    }
    return [...found].sort()
  }

/** A page may be empty and others follow: https://docs.aws.amazon.com/organizations/latest/APIReference/API_ListAccountsForParent.html */
const accountsDirectlyIn = async (client: OrganizationsClient, ParentId: string): Promise<string[]> => {
  const found: string[] = []
  let NextToken: string | undefined
  do {
    const page = await client.send(
      new ListAccountsForParentCommand({ ParentId, ...(NextToken && { NextToken }) }),
    )
    found.push(...(page.Accounts ?? []).filter(isActive).flatMap(({ Id }) => Id ?? []))
    NextToken = page.NextToken
  } while (NextToken)
  return found
}

const unitsDirectlyIn = async (client: OrganizationsClient, ParentId: string): Promise<string[]> => {
  const found: string[] = []
  let NextToken: string | undefined
  do {
    const page = await client.send(
      new ListOrganizationalUnitsForParentCommand({ ParentId, ...(NextToken && { NextToken }) }),
    )
    found.push(...(page.OrganizationalUnits ?? []).flatMap(({ Id }) => Id ?? []))
    NextToken = page.NextToken
  } while (NextToken)
  return found
}

/** `State` takes the place of `Status`, which AWS retires on 2026-09-09. */
const isActive = ({ State, Status }: Account): boolean => (State ?? Status) === 'ACTIVE'
