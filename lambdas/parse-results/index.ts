import { Logger } from '@aws-lambda-powertools/logger'
import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware'
import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb'
import middy from '@middy/core'
import { z } from 'zod'
import { clientPool } from '../../shared/aws/clients.ts'
import { assumedRole } from '../../shared/aws/role.ts'
import { commandReader } from '../../shared/aws/target-access.ts'
import { loadRules } from '../../shared/rules/load.ts'
import { createStore } from '../../shared/store/create-store.ts'
import {
  type ParseResultsDeps,
  type ParseResultsSummary,
  parseResults,
  parseResultsEvent,
} from './parse-results.ts'

const environment = z.object({ TABLE_NAME: z.string().min(1) }).parse(process.env)

const logger = new Logger({ serviceName: 'parse-results' })

const deps: ParseResultsDeps = {
  reader: commandReader(clientPool(assumedRole)),
  store: createStore(DynamoDBDocumentClient.from(new DynamoDBClient()), environment.TABLE_NAME),
  rules: loadRules(),
  now: () => new Date(),
}

/** Judges what one command brought. Takes a ParseResultsEvent, returns a ParseResultsSummary. */
export const handler = middy<unknown, ParseResultsSummary>()
  .use(injectLambdaContext(logger))
  .handler(async (input: unknown) => {
    const event = parseResultsEvent.parse(input)
    const summary = await parseResults(event, deps)
    logger.info('judged a command', { scanId: event.scanId, commandId: event.commandId, ...summary })
    return summary
  })
