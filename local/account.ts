import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { collectorDocument } from '../shared/aws/document.ts'
import { ConfigError } from '../shared/config/config-error.ts'
import { parseConfig } from '../shared/config/parse-config.ts'
import { fleetAgent } from './agent.ts'
import { HOME_REGION, localCredentials } from './credentials.ts'
import { connectOrStart, LOCAL_TABLE, openDatabase } from './database.ts'
import { defaultConfig } from './default-config.ts'
import { type DigestInbox, startDigestInbox } from './digest-inbox.ts'
import { type Endpoint, startEndpoint } from './endpoint.ts'
import { applyEnvironment } from './environment.ts'
import type { Fleet } from './fleet.ts'
import { type Functions, PARSE_FUNCTION, startFunctions } from './functions.ts'
import { currentHolder } from './handover.ts'

export type AccountOptions = {
  /** Keeps the table between runs; made where it is missing. */
  dataDir: string
  fleet: Fleet
  /** A `fleet-scanner.yaml`; without one, everything in the fleet is scanned. */
  configFile?: string
  /** Nothing is to change, and a scan of another process may be under way: leaves no trace in the data folder. */
  onlyPlans?: boolean
}

/** An AWS account inside this process: the functions that AWS runs, and what they need around them. */
export type Account = {
  /** Where DynamoDB answers, for reading what a scan has stored. */
  dynamodbUrl: string
  tableName: string
  /** Where Systems Manager, EC2 and STS answer. */
  endpointUrl: string
  configFile: string
  runScan: Functions['runScan']
  planScan: Functions['planScan']
  /** Instances that the collector was sent to, and those that have ended with it, since the start. */
  progress: Endpoint['progress']
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
    const { configFile, documents } = await prepare(scratch ?? dataDir, options)
    const inbox = await startDigestInbox()
    stops.push(inbox.stop)
    const endpoint = await startEndpoint({ fleet: options.fleet, documents, agent: fleetAgent() })
    stops.push(endpoint.stop)
    const environment = functionEnvironment(database.url, inbox, endpoint.url, configFile)
    stops.push(applyEnvironment(environment))
    if (!scratch) await database.announce?.(environment)
    const functions = await startFunctions()
    stops.push(functions.stop)
    return {
      dynamodbUrl: database.url,
      tableName: LOCAL_TABLE,
      endpointUrl: endpoint.url,
      configFile,
      runScan: functions.runScan,
      planScan: functions.planScan,
      progress: endpoint.progress,
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
const prepare = async (folder: string, { fleet, configFile }: AccountOptions) => {
  const { name, content } = collectorDocument()
  const file = resolve(configFile ?? join(folder, 'fleet-scanner.yaml'))
  if (configFile === undefined) await writeFile(file, defaultConfig(fleet, name))
  const text = await readFile(file, 'utf8').catch((error: Error) => {
    throw new ConfigError(file, undefined, `cannot be read (${error.message}); name an existing file`)
  })
  const names = new Set([name, parseConfig(text, file).documentName])
  return { configFile: file, documents: [...names].map((each) => ({ name: each, content })) }
}

const functionEnvironment = (
  dynamodbUrl: string,
  inbox: DigestInbox,
  endpointUrl: string,
  configFile: string,
): Record<string, string> => ({
  AWS_REGION: HOME_REGION,
  AWS_ACCESS_KEY_ID: localCredentials.accessKeyId,
  AWS_SECRET_ACCESS_KEY: localCredentials.secretAccessKey,
  AWS_ENDPOINT_URL_DYNAMODB: dynamodbUrl,
  AWS_ENDPOINT_URL_SNS: inbox.url,
  AWS_ENDPOINT_URL_SQS: inbox.url,
  AWS_ENDPOINT_URL_SSM: endpointUrl,
  AWS_ENDPOINT_URL_EC2: endpointUrl,
  AWS_ENDPOINT_URL_STS: endpointUrl,
  TABLE_NAME: LOCAL_TABLE,
  DIGEST_TOPIC_ARN: inbox.topicArn,
  PARSE_FUNCTION_NAME: PARSE_FUNCTION,
  CONFIG_FILE: configFile,
  // What a scan has to say is in its result; whoever debugs sets a level.
  POWERTOOLS_LOG_LEVEL: process.env.POWERTOOLS_LOG_LEVEL ?? 'SILENT',
  POWERTOOLS_METRICS_DISABLED: 'true',
})
