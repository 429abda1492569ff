import { Aws, Duration, Stack, type StackProps } from 'aws-cdk-lib'
import {
  AccountPrincipal,
  type Conditions,
  PolicyDocument,
  type PolicyStatement,
  PrincipalWithConditions,
  Role,
} from 'aws-cdk-lib/aws-iam'
import type { Construct } from 'constructs'
import type { ScannerConfig } from '../shared/config/scanner-config.ts'
import { configProblem } from './config-problem.ts'
import type { MemberGroup } from './member-groups.ts'
import { readerStatements, senderStatements } from './member-statements.ts'
import { acknowledgeWildcards } from './nag.ts'
import { MOST_CHARACTERS, policyCharacters } from './policy-size.ts'

export type MemberRoleProps = StackProps & {
  config: ScannerConfig
  group: MemberGroup
  /** The documents that may be sent: this release's and the one before. */
  documentNames: string[]
}

/**
 * The two roles that the scanner assumes in a member account: once an account, as IAM is global. They are two because the reader sees
 * the output of every Run Command of the account, and the sender runs something on its instances.
 */
export class MemberRoleStack extends Stack {
  constructor(scope: Construct, id: string, { config, group, documentNames, ...props }: MemberRoleProps) {
    super(scope, id, {
      description: 'fleet-scanner: the roles that the scanner assumes in this account',
      ...props,
    })
    this.role(config, group, 'sender', senderStatements(group, documentNames, config))
    this.role(config, group, 'reader', readerStatements(group))
  }

  private role(
    config: ScannerConfig,
    group: MemberGroup,
    kind: 'sender' | 'reader',
    statements: PolicyStatement[],
  ): void {
    const name = `${group.roleName}-${kind}`
    const policy = new PolicyDocument({ statements })
    const size = policyCharacters(this.resolve(policy))
    if (size > MOST_CHARACTERS)
      throw configProblem(
        `the policy of ${name} would have ${size} characters, and IAM takes ${MOST_CHARACTERS}; give some targets another \`role\`, or select by fewer sets of tags`,
      )
    const role = new Role(this, kind === 'sender' ? 'Sender' : 'Reader', {
      roleName: name,
      path: group.rolePath,
      description: DESCRIPTIONS[kind],
      assumedBy: scannerFunction(config, group, kind),
      maxSessionDuration: Duration.hours(1),
      inlinePolicies: { [kind]: policy },
    })
    acknowledgeWildcards(role, statements)
  }
}

const DESCRIPTIONS = {
  sender: 'fleet-scanner: lists tagged instances and sends them the collector',
  reader: 'fleet-scanner: reads what the collector printed',
}

/** The names that ScannerStack gives to the roles of its functions. */
const FUNCTIONS = { sender: 'run-scan', reader: 'parse-results' }

/**
 * One function of the scanner, and nobody else. The account is the principal and the role a condition: a role as
 * principal is stored by its internal id, so that the trust is lost once the role is made anew.
 */
const scannerFunction = (
  { home, name, organization }: ScannerConfig,
  { externalId }: MemberGroup,
  kind: 'sender' | 'reader',
): PrincipalWithConditions => {
  if (!home)
    throw configProblem(
      'the member roles trust the account of the scanner; write it down as `home: { account, region }`',
    )
  const equal = {
    ...(externalId !== undefined && { 'sts:ExternalId': externalId }),
    ...(organization !== undefined && { 'aws:PrincipalOrgID': organization }),
  }
  const conditions: Conditions = {
    ArnEquals: {
      'aws:PrincipalArn': `arn:${Aws.PARTITION}:iam::${home.account}:role/${name}-${FUNCTIONS[kind]}`,
    },
    ...(Object.keys(equal).length > 0 && { StringEquals: equal }),
  }
  return new PrincipalWithConditions(new AccountPrincipal(home.account), conditions)
}
