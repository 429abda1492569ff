/** Of all policies that stand in one role: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html */
export const MOST_CHARACTERS = 10_240

/** The longest that CloudFormation's pseudo parameters get. */
const LONGEST: Record<string, string> = {
  'AWS::Partition': 'aws-us-gov',
  'AWS::AccountId': '0'.repeat(12),
}

/** What any other reference stands for here is an ARN of the stack; the longest are of tables and keys. */
const ARN = 'x'.repeat(128)

/** How many characters a policy has at most, as CDK resolves it; IAM counts them without white space between its parts. */
export const policyCharacters = (resolved: unknown): number =>
  JSON.stringify(withoutIntrinsics(resolved)).length

const withoutIntrinsics = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(withoutIntrinsics)
  if (value === null || typeof value !== 'object') return value
  if ('Ref' in value) return LONGEST[String(value.Ref)] ?? ARN
  if ('Fn::GetAtt' in value) return ARN
  if ('Fn::Join' in value) {
    const [separator, parts] = value['Fn::Join'] as [string, unknown[]]
    return parts.map(withoutIntrinsics).join(separator)
  }
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, withoutIntrinsics(each)]))
}
