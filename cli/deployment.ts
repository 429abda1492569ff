import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation'
import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { LambdaClient } from '@aws-sdk/client-lambda'
import { SchedulerClient } from '@aws-sdk/client-scheduler'
import { SNSClient } from '@aws-sdk/client-sns'
import { SSMClient } from '@aws-sdk/client-ssm'
import { STSClient } from '@aws-sdk/client-sts'
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb'
import * as z from 'zod'
import packageJson from '../package.json' with { type: 'json' }
import { plainText } from '../shared/report/plain-text.ts'
import { createStore } from '../shared/store/create-store.ts'
import type { Store } from '../shared/store/store.ts'
import { asUserErrors } from './aws-errors.ts'
import { UsageError } from './exit-code.ts'
import { type Globals, say } from './output.ts'

const text = z.string().min(1)
/** What a deployed ScannerStack says of itself. */
const outputsSchema = z.looseObject({
  TableName: text,
  /** Of the alias: every call to run-scan goes through it. */
  RunScanArn: text,
  DigestTopicArn: text,
  AlarmTopicArn: text,
  /** Where a route goes to Slack. */
  SlackFunctionName: text.optional(),
  /** Where there is an API, without a path. */
  ApiUrl: text.optional(),
  /** Where seals are also written to a bucket. */
  EvidenceBucketName: text.optional(),
  /** In the group `default`. */
  ScheduleName: text,
  DocumentName: text,
  /** The version of fleet-scanner that was deployed. */
  Version: text,
})
export type StackOutputs = z.infer<typeof outputsSchema>

/** A deployed stack, with the rights of whoever calls. */
export type Deployment = {
  stack: string
  region: string
  outputs: StackOutputs
  store: Store
  clients: {
    lambda: LambdaClient
    scheduler: SchedulerClient
    sns: SNSClient
    ssm: SSMClient
    sts: STSClient
  }
}

/** Whose rights, and where: for any client of AWS's SDK. What is absent it finds as AWS's own command line does. */
export type ClientSettings = { region?: string; profile?: string }

export const clientSettings = ({ region, profile }: Pick<Globals, 'region' | 'profile'>): ClientSettings => {
  // AWS's command line knows the second too, the SDK only the first.
  const { AWS_REGION: first, AWS_DEFAULT_REGION: second } = process.env
  const wanted = region ?? (first ? undefined : second)
  // A profile that is named outweighs keys in the environment, as it does there; the SDK warns that it may not always.
  if (profile !== undefined)
    for (const name of ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN'])
      delete process.env[name]
  return { ...(wanted && { region: wanted }), ...(profile !== undefined && { profile }) }
}

/**
 * Works on the stack that `--stack` names, with the caller's own credentials. What the user can mend, here and in
 * `work` (no such stack, no or expired credentials, access denied, no region), is thrown as UsageError.
 */
export const withDeployment = async <T>(
  globals: Globals,
  work: (deployment: Deployment) => Promise<T>,
): Promise<T> => {
  const { stack } = globals
  if (stack === undefined) throw new UsageError('say which stack: --stack NAME')
  const settings = clientSettings(globals)
  const clients = {
    lambda: new LambdaClient(settings),
    scheduler: new SchedulerClient(settings),
    sns: new SNSClient(settings),
    ssm: new SSMClient(settings),
    sts: new STSClient(settings),
  }
  const dynamodb = new DynamoDBClient(settings)
  try {
    return await asUserErrors(globals, async () => {
      const region = await clients.lambda.config.region()
      const outputs = await outputsOf(stack, region, settings)
      if (outputs.Version !== packageJson.version)
        say(
          `stack ${stack} is of version ${plainText(outputs.Version)}, this command of ${packageJson.version}`,
        )
      const store = createStore(DynamoDBDocumentClient.from(dynamodb), outputs.TableName)
      return work({ stack, region, outputs, store, clients })
    })
  } finally {
    for (const client of [dynamodb, ...Object.values(clients)]) client.destroy()
  }
}

const outputsOf = async (stack: string, region: string, settings: ClientSettings): Promise<StackOutputs> => {
  const client = new CloudFormationClient(settings)
  try {
    const { Stacks: [found] = [] } = await client.send(new DescribeStacksCommand({ StackName: stack }))
    const outputs = Object.fromEntries(
      (found?.Outputs ?? []).map(({ OutputKey = '', OutputValue }) => [OutputKey, OutputValue]),
    )
    const checked = outputsSchema.safeParse(outputs)
    if (checked.success) return checked.data
    const missing = checked.error.issues.map(({ path }) => path.join('.')).join(', ')
    throw new UsageError(
      `stack ${stack} in ${region} (${found?.StackStatus ?? 'no status'}) has no outputs ${missing}; it is not fleet-scanner's, not deployed to the end, or of another version`,
    )
  } catch (error) {
    if (error instanceof Error && error.name === 'ValidationError' && /does not exist/.test(error.message))
      throw new UsageError(
        `there is no stack ${stack} in ${region}; name another with --stack, --region or --profile, or deploy it first`,
      )
    throw error
  } finally {
    client.destroy()
  }
}
