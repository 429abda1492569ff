import { readFileSync } from 'node:fs'
import type { DurableContext } from '@aws/durable-execution-sdk-js'
import { Logger } from '@aws-lambda-powertools/logger'
import { Metrics } from '@aws-lambda-powertools/metrics'
import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { SNSClient } from '@aws-sdk/client-sns'
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb'
import middy from '@middy/core'
import { executionModeDurableContext } from '@middy/core/DurableContext'
import * as z from 'zod'
import { callCounter, reportingCalls } from '../../shared/aws/call-counter.ts'
import { clientPool } from '../../shared/aws/clients.ts'
import { type DigestTopics, digestTopic, topicOf } from '../../shared/aws/digest-topic.ts'
import { METRIC_NAMESPACE } from '../../shared/aws/metric-names.ts'
import { organizationAccounts, organizationsClient } from '../../shared/aws/organization.ts'
import { recordCalls } from '../../shared/aws/record-calls.ts'
import { assumedRole } from '../../shared/aws/role.ts'
import { sealBucket } from '../../shared/aws/seal-bucket.ts'
import { senderClients } from '../../shared/aws/sender-clients.ts'
import { targetAccess } from '../../shared/aws/target-access.ts'
import { parseConfig } from '../../shared/config/parse-config.ts'
import { collectorHash } from '../../shared/evidence/collector.ts'
import { loadRules } from '../../shared/rules/load.ts'
import { createStore } from '../../shared/store/create-store.ts'
import type { RunScanDeps } from './deps.ts'
import { recordScan, recordSeal } from './record-scan.ts'
import { type RunScanAnswer, runScan } from './run-scan.ts'

const arnsByRoute = z.string().transform((text) => z.record(z.string(), z.string()).parse(JSON.parse(text)))

const environment = z
  .object({
    /** The table. */
    TABLE_NAME: z.string().min(1),
    /** The topic that digests go to. */
    DIGEST_TOPIC_ARN: z.string().min(1),
    /** Name or ARN of parse-results. */
    PARSE_FUNCTION_NAME: z.string().min(1),
    /** Path of the fleet-scanner.yaml that says what to scan. */
    CONFIG_FILE: z.string().min(1),
    /** Topics that Amazon Q Developer reads: JSON, ARNs by the names of routes. */
    AMAZON_Q_TOPICS: arnsByRoute.default({}),
    /** Of routes, in place of the topics that the configuration names: the embedded account has its own. */
    ROUTE_TOPICS: arnsByRoute.exactOptional(),
    /** The bucket that seals are written to; absent: none. */
    EVIDENCE_BUCKET: z.string().min(1).optional(),
    /** The options that lead a command to the table, where that is not a stack of the configured name. */
    COMMAND_PLACE: z.string().optional(),
  })
  .parse(process.env)

const logger = new Logger({ serviceName: 'run-scan' })

const config = parseConfig(readFileSync(environment.CONFIG_FILE, 'utf8'), environment.CONFIG_FILE)

// Two scanners of one account and region are told apart by their names.
const metrics = new Metrics({ serviceName: config.name, namespace: METRIC_NAMESPACE })
const calls = callCounter()

const topics: DigestTopics = {
  digests: environment.DIGEST_TOPIC_ARN,
  routes:
    environment.ROUTE_TOPICS ??
    Object.fromEntries(config.routes.flatMap(({ name, topic }) => (topic ? [[name, topic]] : []))),
  amazonQ: environment.AMAZON_Q_TOPICS,
}

const deps: RunScanDeps = {
  config,
  store: createStore(DynamoDBDocumentClient.from(new DynamoDBClient()), environment.TABLE_NAME, {
    historyDays: config.retention.historyDays,
  }),
  rules: loadRules(),
  access: targetAccess(clientPool(senderClients, assumedRole('sender'), calls.count), config),
  accountsIn: organizationAccounts(organizationsClient(calls.count)),
  collectorHash: collectorHash(),
  parseFunction: environment.PARSE_FUNCTION_NAME,
  publish: digestTopic(new SNSClient(), topics),
  topicOf: (key) => topicOf(topics, key),
  ...(environment.COMMAND_PLACE !== undefined && { place: environment.COMMAND_PLACE }),
  now: () => new Date(),
  record: (summary) => recordScan(metrics, summary),
  ...(environment.EVIDENCE_BUCKET !== undefined && { sealBucket: sealBucket(environment.EVIDENCE_BUCKET) }),
  recordSeal: (outcome) => recordSeal(metrics, outcome),
}

const scan = middy<unknown, RunScanAnswer, Error, DurableContext>({
  executionMode: executionModeDurableContext,
}).handler(async (event: unknown, context: DurableContext) => {
  context.configureLogger({ customLogger: logger })
  return runScan(event, context, deps)
})

/** Runs as a durable execution. Takes a RunScanEvent, returns a RunScanAnswer. */
export const handler = reportingCalls(scan, calls, (counts) => recordCalls(metrics, counts))
