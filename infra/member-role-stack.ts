import { Duration, Stack, type StackProps } from 'aws-cdk-lib'
import { type IPrincipal, PolicyDocument, type PolicyStatement, Role } from 'aws-cdk-lib/aws-iam'
import type { Construct } from 'constructs'
import type { ScannerConfig } from '../shared/config/scanner-config.ts'
import { configProblem } from './config-problem.ts'
import type { MemberGroup } from './member-groups.ts'
import { readerStatements, securityHubStatements, senderStatements } from './member-statements.ts'
import { pushers, scannerFunction } from './member-trust.ts'
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
 * the output of every Run Command of the account, and the sender runs something on its instances. A third is there where
 * findings are sent to Security Hub: people's, and not the scanner's.
 */
export class MemberRoleStack extends Stack {
  constructor(scope: Construct, id: string, { config, group, documentNames, ...props }: MemberRoleProps) {
    super(scope, id, {
      description: 'fleet-scanner: the roles that the scanner assumes in this account',
      ...props,
    })
    const { securityHub } = config
    const sender = scannerFunction(config, group, 'sender')
    this.role(group, 'sender', sender, senderStatements(group, documentNames, config))
    this.role(group, 'reader', scannerFunction(config, group, 'reader'), readerStatements(group))
    if (securityHub !== undefined) {
      const trusted = pushers(config, group, securityHub.pushers)
      this.role(group, 'security-hub', trusted, securityHubStatements(group))
    }
  }

  private role(
    group: MemberGroup,
    kind: keyof typeof DESCRIPTIONS,
    assumedBy: IPrincipal,
    statements: PolicyStatement[],
  ): void {
    const name = `${group.roleName}-${kind}`
    const policy = new PolicyDocument({ statements })
    const size = policyCharacters(this.resolve(policy))
    if (size > MOST_CHARACTERS)
      throw configProblem(
        `the policy of ${name} would have ${size} characters, and IAM takes ${MOST_CHARACTERS}; give some targets another \`role\`, or select by fewer sets of tags`,
      )
    const role = new Role(this, LOGICAL_IDS[kind], {
      roleName: name,
      path: group.rolePath,
      description: DESCRIPTIONS[kind],
      assumedBy,
      maxSessionDuration: Duration.hours(1),
      inlinePolicies: { [kind]: policy },
    })
    acknowledgeWildcards(role, statements)
  }
}

const DESCRIPTIONS = {
  sender: 'fleet-scanner: lists tagged instances and sends them the collector',
  reader: 'fleet-scanner: reads what the collector printed',
  'security-hub': 'fleet-scanner: sends findings of this account to its Security Hub',
}

const LOGICAL_IDS = { sender: 'Sender', reader: 'Reader', 'security-hub': 'SecurityHub' }
