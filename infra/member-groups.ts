import type { ScannerConfig } from '../shared/config/scanner-config.ts'
import type { TagSelector } from '../shared/config/selectors.ts'
import { configProblem } from './config-problem.ts'

/** A set of tags, and where instances that have them all may be sent the collector. */
export type Grant = { selector: TagSelector; regions: string[]; accounts: string[] | 'each' }

/** One template of member roles: the accounts that it goes to share a role and an external id. */
export type MemberGroup = {
  /** Without `-sender` and `-reader`. */
  roleName: string
  rolePath: string
  externalId?: string
  grants: Grant[]
  /** All regions that the roles are used in. */
  regions: string[]
  /** Who the template is for: account ids and ids of organizational units. */
  serves: string[]
}

type Target = ScannerConfig['targets'][number]

/**
 * The templates of member roles that a configuration needs. IAM is global: all targets of an account that name the same
 * role share it, so a template is one role and one external id. Where such targets differ in what they select, the
 * account's id stands in the statement, so that a template for several accounts gives each only what is meant for it.
 */
export const memberGroups = (config: ScannerConfig): MemberGroup[] => {
  const groups = Map.groupBy(config.targets, (target) =>
    JSON.stringify([roleOf(target.role), target.externalId]),
  )
  const made = [...groups.values()].map((targets) => {
    const { role, externalId } = targets[0] as Target
    return {
      ...roleOf(role),
      ...(externalId !== undefined && { externalId }),
      grants: grantsOf(targets),
      regions: [...new Set(targets.flatMap(({ regions }) => regions))].sort(),
      serves: [...new Set(targets.flatMap(served))],
    }
  })
  refuseNamesakes(made)
  return made
}

/** An account has a role's name once, whatever its path. */
const refuseNamesakes = (groups: MemberGroup[]): void => {
  const seen = new Set<string>()
  for (const { roleName, serves } of groups)
    for (const account of serves) {
      const key = `${roleName} in ${account}`
      if (seen.has(key))
        throw configProblem(
          `the role ${key} is wanted twice, with another path or external id; make them the same, or give one another name`,
        )
      seen.add(key)
    }
}

const served = ({ account, organizationalUnits = [] }: Target): string[] =>
  account === undefined ? organizationalUnits : [account]

/** A role may be given by name or by ARN; in an ARN a path may stand before the name. */
const roleOf = (role: string): { roleName: string; rolePath: string } => {
  const path = role.startsWith('arn:') ? role.replace(/^[^/]*\//, '') : role
  const at = path.lastIndexOf('/')
  return { roleName: path.slice(at + 1), rolePath: at < 0 ? '/' : `/${path.slice(0, at)}/` }
}

const grantsOf = (targets: Target[]): Grant[] => {
  const wanted = targets.map(({ selectors, regions }) => JSON.stringify([selectors, regions.toSorted()]))
  const isUniform = new Set(wanted).size === 1
  const grants = new Map<string, Grant>()
  for (const { account, selectors, regions } of targets)
    for (const selector of selectors) {
      const isForEach = isUniform || account === undefined
      const key = JSON.stringify([selector, regions.toSorted(), isForEach])
      const grant = grants.get(key) ?? {
        selector,
        regions: regions.toSorted(),
        accounts: isForEach ? 'each' : [],
      }
      if (!isForEach && grant.accounts !== 'each') grant.accounts.push(account)
      grants.set(key, grant)
    }
  return [...grants.values()]
}
