import { CfnResource, Stack, Validations } from 'aws-cdk-lib'
import type { PolicyStatement, Role } from 'aws-cdk-lib/aws-iam'
import type { IConstruct } from 'constructs'
import { policyText } from './policy-text.ts'
import { WILDCARD_REASONS } from './wildcard-reasons.ts'

/**
 * Acknowledges findings of cdk-nag on one resource, each with its reason: `AwsSolutions-SQS3` to the words that stand in the
 * validation report. On a construct of several resources it would also hide what is added later.
 */
export const acknowledge = (of: IConstruct, reasons: Record<string, string>): void => {
  const resource = CfnResource.isCfnResource(of) ? of : of.node.defaultChild
  if (resource === undefined || !CfnResource.isCfnResource(resource))
    throw new Error(
      `${of.node.path} is no resource of its own; acknowledge on the resource that a finding names`,
    )
  Validations.of(resource).acknowledge(...Object.entries(reasons).map(([id, reason]) => ({ id, reason })))
}

/** Acknowledges the patterns in a role's resources, one by one, where a reason is written down for the statement. */
export const acknowledgeWildcards = (role: Role, statements: PolicyStatement[]): void => {
  const reasons: Record<string, string> = {}
  for (const { sid = '', effect, resources } of statements) {
    const reason = WILDCARD_REASONS[sid.replace(/\d+$/, '')]
    if (reason === undefined || effect === 'Deny') continue
    for (const resource of resources.map((each) =>
      policyText(Stack.of(role).resolve(each), { hashes: true }),
    ))
      if (resource.includes('*')) reasons[`AwsSolutions-IAM5[Resource::${resource}]`] = reason
  }
  acknowledge(role, reasons)
}
