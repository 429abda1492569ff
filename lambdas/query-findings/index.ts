import { Logger } from '@aws-lambda-powertools/logger'
import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware'
import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb'
import middy from '@middy/core'
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda'
import * as z from 'zod'
import { loadRules } from '../../shared/rules/load.ts'
import { createStore } from '../../shared/store/create-store.ts'
import { queryFindings } from './query-findings.ts'

const environment = z
  .object({
    /** The table. */
    TABLE_NAME: z.string().min(1),
  })
  .parse(process.env)

const logger = new Logger({ serviceName: 'query-findings' })

const query = queryFindings({
  store: createStore(DynamoDBDocumentClient.from(new DynamoDBClient()), environment.TABLE_NAME),
  rules: loadRules(),
  now: () => new Date().toISOString(),
  onError: (error, path) => logger.error('a request could not be answered', { path, error: error as Error }),
})

/** Takes what API Gateway's HTTP API hands over (payload format 2.0), and returns the answer. It reads, and nothing else. */
export const handler = middy<APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2>()
  .use(injectLambdaContext(logger))
  .handler(query)
