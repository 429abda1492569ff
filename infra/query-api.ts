import { Duration, RemovalPolicy, Stack } from 'aws-cdk-lib'
import { AccessLogFormat } from 'aws-cdk-lib/aws-apigateway'
import {
  type CfnRoute,
  HttpApi,
  HttpMethod,
  HttpStage,
  type IHttpApi,
  LogGroupLogDestination,
  PayloadFormatVersion,
} from 'aws-cdk-lib/aws-apigatewayv2'
import { HttpIamAuthorizer } from 'aws-cdk-lib/aws-apigatewayv2-authorizers'
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations'
import type { IFunction } from 'aws-cdk-lib/aws-lambda'
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs'
import { Construct } from 'constructs'
import type { ScannerConfig } from '../shared/config/scanner-config.ts'
import { ScannerFunction, type ScannerFunctionProps } from './scanner-function.ts'
import { readTable, readTableByKey } from './statements.ts'

type QueryApiProps = Pick<ScannerFunctionProps, 'scanner' | 'key' | 'code'> & {
  settings: NonNullable<ScannerConfig['api']>
  tableName: string
  tableArn: string
}

/**
 * Who asked for what, and what came of it. Query strings hold names of clusters and instances, and are left out. The path
 * stands first: it is anybody's words, and of two keys of one name readers of JSON take the last.
 */
const ACCESS_LOG = {
  path: '$context.path',
  requestId: '$context.requestId',
  time: '$context.requestTime',
  caller: '$context.identity.userArn',
  account: '$context.identity.accountId',
  sourceIp: '$context.identity.sourceIp',
  route: '$context.routeKey',
  status: '$context.status',
  bytes: '$context.responseLength',
  milliseconds: '$context.responseLatency',
  refusal: '$context.error.message',
  failure: '$context.integrationErrorMessage',
}

/** The log of requests; the policy of the key admits it by this name. */
export const accessLogName = (scanner: string): string => `/aws/vendedlogs/${scanner}-api`

/**
 * Answers questions to the findings over HTTP. Every request has to be signed by somebody of this account whom IAM lets
 * `execute-api:Invoke`; there is one route, which reads, and no CORS: no page of a browser can ask.
 */
export class QueryApi extends Construct {
  readonly function: IFunction
  readonly api: IHttpApi
  readonly url: string
  /** What a policy names that lets somebody ask anything. */
  readonly invokeArn: string

  constructor(scope: Construct, id: string, props: QueryApiProps) {
    super(scope, id)
    const { settings, tableName, tableArn, ...shared } = props
    const { function: fn, alias } = new ScannerFunction(this, 'Function', {
      ...shared,
      name: 'query-findings',
      memorySize: 1024,
      // API Gateway waits for thirty.
      timeout: Duration.seconds(29),
      environment: { TABLE_NAME: tableName },
      // Whoever asks without end is refused before scans have no concurrency left.
      ...(settings.concurrency !== 'none' && { concurrency: settings.concurrency }),
      statements: [readTable(tableArn), readTableByKey(props.key)],
    })
    this.function = fn
    const api = new HttpApi(this, 'Api', {
      apiName: `${props.scanner}-findings`,
      description: `Findings of ${props.scanner}, to read`,
      createDefaultStage: false,
    })
    this.api = api as IHttpApi
    const [route] = api.addRoutes({
      path: '/v1/{proxy+}',
      methods: [HttpMethod.GET],
      authorizer: new HttpIamAuthorizer(),
      // The class is typed more loosely than the interface that it implements.
      integration: new HttpLambdaIntegration('Queries', alias as IFunction, {
        payloadFormatVersion: PayloadFormatVersion.VERSION_2_0,
      }),
    })
    const log = new LogGroup(this, 'AccessLog', {
      logGroupName: accessLogName(props.scanner),
      retention: RetentionDays.THREE_MONTHS,
      encryptionKey: props.key,
      removalPolicy: RemovalPolicy.DESTROY,
    })
    const stage = new HttpStage(this, 'Stage', {
      httpApi: this.api,
      autoDeploy: true,
      throttle: { rateLimit: settings.ratePerSecond, burstLimit: settings.burst },
      accessLogSettings: {
        destination: new LogGroupLogDestination(log),
        format: AccessLogFormat.custom(JSON.stringify(ACCESS_LOG)),
      },
    })
    // Its routes are deployed with it.
    stage.node.addDependency(route?.node.defaultChild as CfnRoute)
    this.url = api.apiEndpoint
    this.invokeArn = Stack.of(this).formatArn({
      service: 'execute-api',
      resource: this.api.apiId,
      resourceName: '$default/GET/v1/*',
    })
  }
}
