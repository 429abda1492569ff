import { readFileSync } from 'node:fs'
import type { DurableContext } from '@aws/durable-execution-sdk-js'
import { Logger } from '@aws-lambda-powertools/logger'
import { Metrics } from '@aws-lambda-powertools/metrics'
import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { SNSClient } from '@aws-sdk/client-sns'
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb'
import middy from '@middy/core'
import { executionModeDurableContext } from '@middy/core/DurableContext'
import { z } from 'zod'
import { clientPool } from '../../shared/aws/clients.ts'
import { digestTopic } from '../../shared/aws/digest-topic.ts'
import { assumedRole } from '../../shared/aws/role.ts'
import { targetAccess } from '../../shared/aws/target-access.ts'
import { parseConfig } from '../../shared/config/parse-config.ts'
import { collectorHash } from '../../shared/evidence/collector.ts'
import { createStore } from '../../shared/store/create-store.ts'
import type { RunScanDeps } from './deps.ts'
import { recordScan } from './record-scan.ts'
import { type RunScanAnswer, runScan } from './run-scan.ts'

const SERVICE = { serviceName: 'run-scan' }

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
  })
  .parse(process.env)

const logger = new Logger(SERVICE)
const metrics = new Metrics({ ...SERVICE, namespace: 'FleetScanner' })

const config = parseConfig(readFileSync(environment.CONFIG_FILE, 'utf8'), environment.CONFIG_FILE)

const deps: RunScanDeps = {
  config,
  store: createStore(DynamoDBDocumentClient.from(new DynamoDBClient()), environment.TABLE_NAME),
  access: targetAccess(clientPool(assumedRole), config),
  collectorHash: collectorHash(),
  parseFunction: environment.PARSE_FUNCTION_NAME,
  publish: digestTopic(new SNSClient(), environment.DIGEST_TOPIC_ARN),
  now: () => new Date(),
  record: (summary) => recordScan(metrics, summary),
}

/** Runs as a durable execution. Takes a RunScanEvent, returns a RunScanAnswer. */
export const handler = middy<unknown, RunScanAnswer, Error, DurableContext>({
  executionMode: executionModeDurableContext,
}).handler(async (event: unknown, context: DurableContext) => {
  context.configureLogger({ customLogger: logger })
  return runScan(event, context, deps)
})
