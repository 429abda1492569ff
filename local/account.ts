import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, relative, resolve } from 'node:path'
import { collectorDocuments } from '../shared/aws/document.ts'
import { ConfigError } from '../shared/config/config-error.ts'
import { parseConfig } from '../shared/config/parse-config.ts'
import { localPlace } from '../shared/report/digest-command.ts'
import { ruleIds } from '../shared/rules/load.ts'
import { fleetAgent } from './agent.ts'
import { HOME_REGION, localCredentials } from './credentials.ts'
import { connectOrStart, LOCAL_TABLE, openDatabase } from './database.ts'
import { defaultConfig } from './default-config.ts'
import { deployedStack } from './deployed-stack.ts'
import { type DigestInbox, startDigestInbox } from './digest-inbox.ts'
import { type Endpoint, startEndpoint } from './endpoint.ts'
import { applyEnvironment } from './environment.ts'
import type { Fleet } from './fleet.ts'
import { type FunctionCode, type Functions, PARSE_FUNCTION, startFunctions } from './functions.ts'
import { currentHolder } from './handover.ts'
import type { SsmDocument } from './ssm-documents.ts'

export type AccountOptions = {
  /** Keeps the table between runs; made where it is missing. */
  dataDir: string
  fleet: Fleet
  /** A `fleet-scanner.yaml`; without one, everything in the fleet is scanned. */
  configFile?: string
  /** The Command documents that the accounts have; absent: those that a member region is given. */
  documents?: SsmDocument[]
  /** Nothing is to change, and a scan of another process may be under way: leaves no trace in the data folder. */
  onlyPlans?: boolean
  /** The functions' modules, where they are not to be run from their sources. */
  code?: FunctionCode
}

/** An AWS account inside this process: the functions that AWS runs, and what they need around them. */
export type Account = {
  /** Where DynamoDB answers, for reading what a scan has stored. */
  dynamodbUrl: string
  tableName: string
  /** Where every other service answers but SNS and SQS. */
  endpointUrl: string
  /** The stack that is deployed in it. */
  stack: string
  /** What leads another process's SDK, or AWS's own command line, to this account. */
  environment: Record<string, string>
  configFile: string
  runScan: Functions['runScan']
  planScan: Functions['planScan']
  notifyTest: Functions['notifyTest']
  /** Instances that the collector was sent to, and those that have ended with it, since the start. */
  progress: Endpoint['progress']
  /** What was sent to Security Hub since the start, and is still there. */
  hubFindings: Endpoint['hubFindings']
  publishedDigests: DigestInbox['publishedDigests']
  stop(): Promise<void>
}

/**
 * Starts the account. One process may have one at a time: the functions take their settings from the process's
 * environment, which `stop` restores. Throws ConfigError and DataInUseError.
 */
export const startAccount = async (options: AccountOptions): Promise<Account> => {
  const stops: (() => Promise<void> | void)[] = []
  const stop = async (): Promise<void> => {
    for (const end of stops.splice(0).reverse()) await end()
  }
  try {
    const scratch = options.onlyPlans ? await mkdtemp(join(tmpdir(), 'fleet-scanner-')) : undefined
    if (scratch) stops.push(() => rm(scratch, { recursive: true, force: true }))
    const dataDir = scratch && !existsSync(options.dataDir) ? scratch : options.dataDir
    const database = await (scratch ? connectOrStart(dataDir) : openDatabase(dataDir))
    stops.push(database.stop)
    const { configFile, config, documents } = await prepare(scratch ?? dataDir, options)
    const inbox = await startDigestInbox(config.routes)
    stops.push(inbox.stop)
    // They load with an environment that names the endpoint, which in turn invokes them.
    let functions: Functions | undefined
    const run: Functions['run'] = async (event, isStopped) => {
      if (functions === undefined) throw new Error('the functions have not started yet')
      return functions.run(event, isStopped)
    }
    const stack = deployedStack(config, inbox.topicArn, run)
    const { fleet } = options
    const endpoint = await startEndpoint({ fleet, documents, agent: fleetAgent(), stack })
    stops.push(endpoint.stop)
    const callers = callerEnvironment(database.url, inbox.url, endpoint.url)
    const environment = { ...callers, ...functionEnvironment(inbox, configFile, options.dataDir) }
    stops.push(applyEnvironment(environment))
    if (!scratch) await database.announce?.(environment)
    functions = await startFunctions(options.code)
    stops.push(functions.stop)
    return {
      stack: stack.name,
      environment: callers,
      dynamodbUrl: database.url,
      tableName: LOCAL_TABLE,
      endpointUrl: endpoint.url,
      configFile,
      runScan: functions.runScan,
      planScan: functions.planScan,
      notifyTest: functions.notifyTest,
      progress: endpoint.progress,
      hubFindings: endpoint.hubFindings,
      publishedDigests: inbox.publishedDigests,
      stop,
    }
  } catch (error) {
    await stop()
    throw error
  }
}

/** What one process can do in an account that another one runs. */
export type RunningAccount = Pick<Functions, 'cancelScan' | 'stop'>

/** The account of another process that scans with this folder; undefined: none does. */
export const connectAccount = async (dataDir: string): Promise<RunningAccount | undefined> => {
  const environment = (await currentHolder(dataDir))?.environment
  if (environment === undefined) return undefined
  const restore = applyEnvironment(environment)
  const { cancelScan, stop } = await startFunctions()
  return { cancelScan, stop: () => stop().finally(restore) }
}

/** The configuration that the functions read, and the collector's document under the name that it gives. */
const prepare = async (
  folder: string,
  { fleet, configFile, documents = collectorDocuments() }: AccountOptions,
) => {
  const file = resolve(configFile ?? join(folder, 'fleet-scanner.yaml'))
  if (configFile === undefined) await writeFile(file, defaultConfig(fleet))
  const text = await readFile(file, 'utf8').catch((error: Error) => {
    throw new ConfigError(file, undefined, `cannot be read (${error.message}); name an existing file`)
  })
  return { configFile: file, config: parseConfig(text, file, ruleIds()), documents }
}

/** What leads AWS's SDK to this account, wherever it runs. */
const callerEnvironment = (dynamodbUrl: string, inboxUrl: string, endpointUrl: string) => ({
  AWS_REGION: HOME_REGION,
  AWS_ACCESS_KEY_ID: localCredentials.accessKeyId,
  AWS_SECRET_ACCESS_KEY: localCredentials.secretAccessKey,
  AWS_ENDPOINT_URL: endpointUrl,
  AWS_ENDPOINT_URL_DYNAMODB: dynamodbUrl,
  AWS_ENDPOINT_URL_SNS: inboxUrl,
  AWS_ENDPOINT_URL_SQS: inboxUrl,
})

const functionEnvironment = (
  { topicArn, routeTopics, amazonQTopics }: DigestInbox,
  configFile: string,
  dataDir: string,
): Record<string, string> => ({
  TABLE_NAME: LOCAL_TABLE,
  DIGEST_TOPIC_ARN: topicArn,
  ROUTE_TOPICS: JSON.stringify(routeTopics),
  AMAZON_Q_TOPICS: JSON.stringify(amazonQTopics),
  COMMAND_PLACE: localPlace(relative('.', dataDir)),
  PARSE_FUNCTION_NAME: PARSE_FUNCTION,
  CONFIG_FILE: configFile,
  // What a scan has to say is in its result; whoever debugs sets a level.
  POWERTOOLS_LOG_LEVEL: process.env.POWERTOOLS_LOG_LEVEL ?? 'SILENT',
  POWERTOOLS_METRICS_DISABLED: 'true',
})
