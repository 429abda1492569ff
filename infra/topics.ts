import { Aws } from 'aws-cdk-lib'
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam'
import type { IKey } from 'aws-cdk-lib/aws-kms'
import { Topic } from 'aws-cdk-lib/aws-sns'
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions'
import type { Construct } from 'constructs'
import type { ScannerConfig } from '../shared/config/scanner-config.ts'

/** A topic that is encrypted, and takes nothing that was not sent over TLS. */
export const secureTopic = (scope: Construct, id: string, topicName: string, masterKey: IKey): Topic =>
  new Topic(scope, id, { topicName, masterKey, enforceSSL: true })

/** Where the alarms go, apart from the digests: an alarm says that the scanner is broken, not the fleet. */
export const alarmTopic = (scope: Construct, { name, alarms }: ScannerConfig, key: IKey): Topic => {
  const topic = secureTopic(scope, 'AlarmTopic', `${name}-alarms`, key)
  // A policy of our own replaces the one that admits the account's alarms.
  topic.addToResourcePolicy(
    new PolicyStatement({
      sid: 'AlarmsByCloudWatch',
      principals: [new ServicePrincipal('cloudwatch.amazonaws.com')],
      actions: ['sns:Publish'],
      resources: [topic.topicArn],
      conditions: { StringEquals: { 'aws:SourceAccount': Aws.ACCOUNT_ID } },
    }),
  )
  for (const address of alarms.email) topic.addSubscription(new EmailSubscription(address))
  return topic
}
