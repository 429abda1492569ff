import { existsSync, mkdirSync } from 'node:fs'
import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb'
import { HOME_REGION, localCredentials } from '../local/credentials.ts'
import { DataInUseError, LOCAL_TABLE, withDatabase } from '../local/database.ts'
import { ConfigError } from '../shared/config/config-error.ts'
import { createStore } from '../shared/store/create-store.ts'
import type { Store } from '../shared/store/store.ts'
import { UsageError } from './exit-code.ts'
import type { Globals } from './output.ts'

/** Reads the embedded account's table, also while a scan of another process writes to it. */
export const readLocalStore = async <T>(globals: Globals, work: (store: Store) => Promise<T>): Promise<T> => {
  if (!existsSync(globals.data))
    throw new UsageError(`there is no data in ${globals.data} yet; run fleet-scanner scan --local first`)
  return userErrors(withDatabase(globals.data, (url) => onStore(url, work)))
}

/** Makes the data folder, so that one that cannot be used is found before the work begins. */
export const makeDataDir = (dataDir: string): void => {
  try {
    mkdirSync(dataDir, { recursive: true })
  } catch (error) {
    throw new UsageError(
      `--data ${dataDir} cannot be used (${error instanceof Error ? error.message : error})`,
    )
  }
}

/** Works on the table that answers at `url`. */
export const onStore = async <T>(url: string, work: (store: Store) => Promise<T>): Promise<T> => {
  const client = new DynamoDBClient({ endpoint: url, region: HOME_REGION, credentials: localCredentials })
  try {
    return await work(createStore(DynamoDBDocumentClient.from(client), LOCAL_TABLE))
  } finally {
    client.destroy()
  }
}

/** The same promise, with what the user can mend as a UsageError. */
export const userErrors = <T>(promise: Promise<T>): Promise<T> =>
  promise.catch((error: unknown) => {
    if (error instanceof ConfigError || error instanceof DataInUseError) throw new UsageError(error.message)
    throw error
  })
