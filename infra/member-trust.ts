import { Aws } from 'aws-cdk-lib'
import {
  AccountPrincipal,
  CompositePrincipal,
  type IPrincipal,
  PrincipalWithConditions,
} from 'aws-cdk-lib/aws-iam'
import type { ScannerConfig } from '../shared/config/scanner-config.ts'
import { configProblem } from './config-problem.ts'
import type { MemberGroup } from './member-groups.ts'

/** The names that ScannerStack gives to the roles of its functions. */
const FUNCTIONS = { sender: 'run-scan', reader: 'parse-results' }

/** One function of the scanner, and nobody else. */
export const scannerFunction = (
  config: ScannerConfig,
  group: MemberGroup,
  kind: 'sender' | 'reader',
): IPrincipal => {
  const { home, name } = config
  if (!home)
    throw configProblem(
      'the member roles trust the account of the scanner; write it down as `home: { account, region }`',
    )
  const role = `arn:${Aws.PARTITION}:iam::${home.account}:role/${name}-${FUNCTIONS[kind]}`
  return rolesOf(home.account, role, config, group)
}

/** The roles that may send findings to Security Hub, each in the account that it is of. */
export const pushers = (config: ScannerConfig, group: MemberGroup, arns: string[]): IPrincipal => {
  const byAccount = Map.groupBy([...new Set(arns)].sort(), (arn) => arn.split(':')[4] ?? '')
  const principals = [...byAccount].map(([account, roles]) => rolesOf(account, roles, config, group))
  const [only] = principals
  return principals.length === 1 && only !== undefined ? only : new CompositePrincipal(...principals)
}

/**
 * Roles of one account. The account is the principal and the roles are a condition: a role as principal is stored by its
 * internal id, so that the trust is lost once the role is made anew.
 */
const rolesOf = (
  account: string,
  arns: string | string[],
  { organization }: ScannerConfig,
  { externalId }: MemberGroup,
): PrincipalWithConditions => {
  const equal = {
    ...(externalId !== undefined && { 'sts:ExternalId': externalId }),
    ...(organization !== undefined && { 'aws:PrincipalOrgID': organization }),
  }
  return new PrincipalWithConditions(new AccountPrincipal(account), {
    ArnEquals: { 'aws:PrincipalArn': arns },
    ...(Object.keys(equal).length > 0 && { StringEquals: equal }),
  })
}
