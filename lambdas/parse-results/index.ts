import { Logger } from '@aws-lambda-powertools/logger'
import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware'
import { Metrics } from '@aws-lambda-powertools/metrics'
import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb'
import middy from '@middy/core'
import * as z from 'zod'
import { callCounter, reportingCalls } from '../../shared/aws/call-counter.ts'
import { clientPool } from '../../shared/aws/clients.ts'
import { commandReader } from '../../shared/aws/command-reader.ts'
import { METRIC_NAMESPACE } from '../../shared/aws/metric-names.ts'
import { readerClients } from '../../shared/aws/reader-clients.ts'
import { recordCalls } from '../../shared/aws/record-calls.ts'
import { assumedRole } from '../../shared/aws/role.ts'
import { loadRules } from '../../shared/rules/load.ts'
import { createStore } from '../../shared/store/create-store.ts'
import { HISTORY_DAYS } from '../../shared/store/table.ts'
import {
  type ParseResultsDeps,
  type ParseResultsSummary,
  parseResults,
  parseResultsEvent,
} from './parse-results.ts'
import { probe, probeEvent } from './probe.ts'

const environment = z
  .object({
    /** The table. */
    TABLE_NAME: z.string().min(1),
    /** The scanner's name in its configuration: metrics are told apart by it. */
    SCANNER_NAME: z.string().min(1).default('fleet-scanner'),
    /** How many days superseded changes are kept. */
    HISTORY_DAYS: z.coerce.number().int().positive().default(HISTORY_DAYS),
  })
  .parse(process.env)

const logger = new Logger({ serviceName: 'parse-results' })
const metrics = new Metrics({ serviceName: environment.SCANNER_NAME, namespace: METRIC_NAMESPACE })
const calls = callCounter()

const deps: ParseResultsDeps = {
  reader: commandReader(clientPool(readerClients, assumedRole('reader'), calls.count)),
  store: createStore(DynamoDBDocumentClient.from(new DynamoDBClient()), environment.TABLE_NAME, {
    historyDays: environment.HISTORY_DAYS,
  }),
  rules: loadRules(),
  now: () => new Date(),
}

const isProbe = (input: unknown): boolean => typeof input === 'object' && input !== null && 'probe' in input

const judge = middy<unknown, ParseResultsSummary | null>()
  .use(injectLambdaContext(logger))
  .handler(async (input: unknown) => {
    if (isProbe(input)) {
      await probe(probeEvent.parse(input), deps)
      return null
    }
    const event = parseResultsEvent.parse(input)
    const summary = await parseResults(event, deps)
    logger.info('judged a command', { scanId: event.scanId, commandId: event.commandId, ...summary })
    return summary
  })

/**
 * Judges what one command brought: takes a ParseResultsEvent, returns a ParseResultsSummary. Takes a ProbeEvent as well,
 * and returns null where answers could be read.
 */
export const handler = reportingCalls(judge, calls, (counts) => recordCalls(metrics, counts))
