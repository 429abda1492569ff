import { type Duration, RemovalPolicy, Stack } from 'aws-cdk-lib'
import { PolicyDocument, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam'
import type { IKey } from 'aws-cdk-lib/aws-kms'
import {
  type Alias,
  Architecture,
  Code,
  type DurableConfig,
  Function as LambdaFunction,
  LoggingFormat,
  Runtime,
} from 'aws-cdk-lib/aws-lambda'
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs'
import { Construct } from 'constructs'
import type { FunctionName } from './bundle.ts'
import { configProblem } from './config-problem.ts'
import { acknowledgeWildcards } from './nag.ts'
import { MOST_CHARACTERS, policyCharacters } from './policy-size.ts'

export type ScannerFunctionProps = {
  /** The scanner's name. */
  scanner: string
  name: FunctionName
  /** Folder of the bundled code. */
  code: string
  memorySize: number
  timeout: Duration
  environment: Record<string, string>
  /** What it may do, beside writing its own log. */
  statements: PolicyStatement[]
  key: IKey
  /** Executions at a time, reserved for it and no more; absent: the account's, with all others. */
  concurrency?: number
  durableConfig?: DurableConfig
}

/**
 * A function with a role, a log and an alias of its own. Callers use the alias: an execution replays on the version that
 * it began with, so old versions stay, and a deployment only moves the alias.
 */
export class ScannerFunction extends Construct {
  readonly function: LambdaFunction
  readonly alias: Alias
  readonly role: Role

  constructor(scope: Construct, id: string, props: ScannerFunctionProps) {
    super(scope, id)
    const functionName = `${props.scanner}-${props.name}`
    const logGroup = new LogGroup(this, 'Log', {
      logGroupName: `/aws/lambda/${functionName}`,
      retention: RetentionDays.THREE_MONTHS,
      encryptionKey: props.key,
      removalPolicy: RemovalPolicy.DESTROY,
    })
    const log = new PolicyStatement({
      sid: 'WriteItsLog',
      actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
      resources: [
        Stack.of(this).formatArn({ service: 'logs', resource: `log-group:/aws/lambda/${functionName}:*` }),
      ],
    })
    const policy = new PolicyDocument({ statements: [log, ...props.statements] })
    const size = policyCharacters(Stack.of(this).resolve(policy))
    if (size > MOST_CHARACTERS)
      throw configProblem(
        `the policy of ${functionName} would have ${size} characters, and IAM takes ${MOST_CHARACTERS}; scan accounts by \`organizationalUnits\` in place of their numbers`,
      )
    // A fixed name: the trust policies of member roles name it before it exists.
    this.role = new Role(this, 'Role', {
      roleName: functionName,
      description: `What ${functionName} may do`,
      assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
      inlinePolicies: { [props.name]: policy },
    })
    acknowledgeWildcards(this.role, [log, ...props.statements])
    this.function = new LambdaFunction(this, 'Function', {
      functionName,
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      handler: 'index.handler',
      code: Code.fromAsset(props.code),
      memorySize: props.memorySize,
      timeout: props.timeout,
      environment: { NODE_OPTIONS: '--enable-source-maps', ...props.environment },
      role: this.role,
      logGroup,
      loggingFormat: LoggingFormat.JSON,
      currentVersionOptions: { removalPolicy: RemovalPolicy.RETAIN },
      ...(props.concurrency !== undefined && { reservedConcurrentExecutions: props.concurrency }),
      ...(props.durableConfig && { durableConfig: props.durableConfig }),
    })
    this.alias = this.function.addAlias('live')
  }
}
