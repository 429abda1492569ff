import { AwsError } from './aws-error.ts'
import { type Caller, HOME_ACCOUNT } from './caller.ts'
import { HOME_REGION } from './credentials.ts'
import { cloudformationResponse, type QueryParameters } from './query-protocol.ts'

/** The one stack of the embedded account, in its home region. */
export type DeployedStack = { name: string; outputs: Record<string, string> }

/** AWS CloudFormation: DescribeStacks. Answers XML. */
export const cloudformation =
  ({ name, outputs }: DeployedStack, now: () => Date) =>
  (caller: Caller, query: QueryParameters): string => {
    const action = query.get('Action') ?? ''
    if (action !== 'DescribeStacks')
      throw new AwsError('InvalidAction', `the embedded account has no cloudformation:${action}`)
    const asked = query.get('StackName') ?? name
    const arn = `arn:aws:cloudformation:${HOME_REGION}:${HOME_ACCOUNT}:stack/${name}/00000000-0000-0000-0000-000000000000`
    const isThere = caller.account === HOME_ACCOUNT && caller.region === HOME_REGION
    if (!isThere || ![name, arn].includes(asked))
      throw new AwsError('ValidationError', `Stack with id ${asked} does not exist`)
    return cloudformationResponse(action, {
      Stacks: {
        member: [
          {
            StackId: arn,
            StackName: name,
            StackStatus: 'CREATE_COMPLETE',
            CreationTime: now().toISOString(),
            Outputs: {
              member: Object.entries(outputs).map(([OutputKey, OutputValue]) => ({ OutputKey, OutputValue })),
            },
          },
        ],
      },
    })
  }
