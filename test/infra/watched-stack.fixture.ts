import { App, Stack } from 'aws-cdk-lib'
import { Annotations, Template } from 'aws-cdk-lib/assertions'
import { HttpApi, type IHttpApi } from 'aws-cdk-lib/aws-apigatewayv2'
import { AttributeType, type ITable, TableV2 } from 'aws-cdk-lib/aws-dynamodb'
import { Code, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda'
import { Topic } from 'aws-cdk-lib/aws-sns'
import { Queue } from 'aws-cdk-lib/aws-sqs'
import { alarms } from '../../infra/alarms.ts'
import { dashboard } from '../../infra/dashboard.ts'
import { parseConfig } from '../../shared/config/parse-config.ts'

/** A stack with what alarms and dashboard look at, and nothing else; `settings` goes into its configuration. */
export const watchedStack = (settings = '') => {
  const config = parseConfig(
    `name: my-scanner\ntargets: [{ account: 111122223333, regions: [eu-west-1], selectors: [{ a: b }] }]\n${settings}`,
    'fleet-scanner.yaml',
  )
  const stack = new Stack(new App(), config.name)
  const fn = (name: string) =>
    new LambdaFunction(stack, name, {
      functionName: `${config.name}-${name}`,
      runtime: Runtime.NODEJS_24_X,
      handler: 'index.handler',
      code: Code.fromInline('exports.handler = async () => {}'),
    })
  const parts = {
    config,
    functions: {
      'run-scan': fn('run-scan'),
      'parse-results': fn('parse-results'),
      'post-to-slack': fn('post-to-slack'),
      ...(config.api && { 'query-findings': fn('query-findings') }),
    },
    digestTopic: new Topic(stack, 'Digests'),
    alarmTopic: new Topic(stack, 'AlarmTopic'),
    // The class is typed more loosely than the interface that it implements.
    table: new TableV2(stack, 'Table', {
      partitionKey: { name: 'pk', type: AttributeType.STRING },
    }) as ITable,
    deadLetters: new Queue(stack, 'DeadLetters'),
    slackDeadLetters: new Queue(stack, 'SlackDeadLetters'),
    ...(config.api && { api: new HttpApi(stack, 'Api') as IHttpApi }),
  }
  dashboard(stack, { ...parts, alarms: alarms(stack, parts) })
  return { config, template: Template.fromStack(stack), annotations: Annotations.fromStack(stack) }
}

/** The properties of a template's alarms, by their names without the scanner's. */
export const alarmsOf = (template: Template): Record<string, AlarmProperties> =>
  Object.fromEntries(
    Object.values(template.findResources('AWS::CloudWatch::Alarm')).map(({ Properties }) => [
      Properties.AlarmName.replace(/^my-scanner-/, ''),
      Properties,
    ]),
  )

export type AlarmProperties = {
  AlarmName: string
  AlarmDescription: string
  AlarmActions: unknown[]
  OKActions?: unknown[]
  Namespace?: string
  MetricName?: string
  Dimensions?: { Name: string; Value: unknown }[]
  Metrics?: { MetricStat?: { Metric: { Namespace: string; MetricName: string }; Period: number } }[]
  Period?: number
  EvaluationPeriods: number
  Threshold: number
  ComparisonOperator: string
  TreatMissingData: string
}
