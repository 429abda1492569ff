import { once } from 'node:events'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb'
import dynalite from 'dynalite'
import { tableDefinition } from '../shared/store/table.ts'
import { HOME_REGION, localCredentials } from './credentials.ts'
import { claim, type Holder } from './handover.ts'

/** The table of the embedded account. */
export const LOCAL_TABLE = 'fleet-scanner'

/** A DynamoDB that answers on `url`; `stop` closes it where this process runs it. */
export type Database = {
  url: string
  /** Tells other processes of the functions that work on it; absent where it is another process's. */
  announce?(environment: Record<string, string>): Promise<void>
  stop(): Promise<void>
}

/** The data folder is another process's. */
export class DataInUseError extends Error {
  override readonly name = 'DataInUseError'

  constructor(dataDir: string, { pid, purpose }: Holder) {
    const work = purpose === 'scan' ? 'scans with' : 'reads'
    super(
      `another fleet-scanner (pid ${pid}) ${work} ${dataDir}; wait until it has ended, or choose another folder with --data`,
    )
  }
}

/** How long a scan waits for a process that only reads. */
const READERS_LIMIT_MS = 15_000
const LOOK_AGAIN_MS = 100

/** Opens the folder's database for a scan, alone. Throws DataInUseError while another scan has it. */
export const openDatabase = async (dataDir: string): Promise<Database> => {
  for (let waited = 0; ; waited += LOOK_AGAIN_MS) {
    const hold = await claim(dataDir, 'scan')
    if ('publish' in hold) return start(dataDir, hold)
    if (hold.purpose === 'scan' || waited >= READERS_LIMIT_MS) throw new DataInUseError(dataDir, hold)
    await sleep(LOOK_AGAIN_MS)
  }
}

/** The folder's database for reading: that of the process which has it open, or one of our own. */
export const connectOrStart = async (dataDir: string): Promise<Database> => {
  for (let waited = 0; ; waited += LOOK_AGAIN_MS) {
    const hold = await claim(dataDir, 'read')
    if ('publish' in hold) return start(dataDir, hold)
    if (hold.dynamodbUrl !== undefined) return { url: hold.dynamodbUrl, stop: async () => {} }
    if (waited >= READERS_LIMIT_MS) throw new DataInUseError(dataDir, hold)
    await sleep(LOOK_AGAIN_MS)
  }
}

/**
 * Reads from the folder's database. Where it was another process's and that ended in the middle, `work` begins again:
 * it must only read.
 */
export const withDatabase = async <T>(dataDir: string, work: (url: string) => Promise<T>): Promise<T> => {
  for (let tries = 3; ; tries -= 1) {
    const database = await connectOrStart(dataDir)
    try {
      return await work(database.url)
    } catch (error) {
      if (tries <= 1 || (await answers(database.url))) throw error
    } finally {
      await database.stop()
    }
  }
}

/** Whether a database still answers there. */
export const answers = (url: string): Promise<boolean> =>
  fetch(url).then(
    (answer) => answer.ok,
    () => false,
  )

const start = async (
  dataDir: string,
  hold: Exclude<Awaited<ReturnType<typeof claim>>, Holder>,
): Promise<Database> => {
  const server = dynalite({ path: join(dataDir, 'dynamodb'), createTableMs: 0 })
  keepBrowsersOut(server)
  const stop = async (): Promise<void> => {
    await closed(server)
    await hold.release()
  }
  try {
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    await createTable(url)
    await hold.publish({ dynamodbUrl: url })
    const announce = (environment: Record<string, string>) => hold.publish({ dynamodbUrl: url, environment })
    return { url, announce, stop }
  } catch (error) {
    await stop()
    throw error
  }
}

/** It answers any page of a browser, which could write what it likes; AWS's clients name no origin, and the host that they were given. */
const keepBrowsersOut = (server: Server): void => {
  const [handle] = server.listeners('request')
  server.removeAllListeners('request')
  server.on('request', (request, response) => {
    const { origin, host } = request.headers
    if (origin === undefined && host === `127.0.0.1:${request.socket.localPort}`)
      return void Reflect.apply(handle as (...args: unknown[]) => void, server, [request, response])
    response.writeHead(403).end()
  })
}

/** How long whoever asks at the end may wait for the answer. */
const LAST_ANSWERS_MS = 1000

/**
 * Closes a server and its database. Not the server's event `close` says when that is done, since it comes before the database has let go of
 * its files: the next process would find them locked. Requests under way are answered first, since one that is cut off goes on in the
 * database, and ends this process when that is closed under it.
 */
const closed = async (server: Server): Promise<void> => {
  server.prependListener('request', (_request, response) => void response.setHeader('connection', 'close'))
  const done = new Promise<void>((resolve) => server.close(() => resolve()))
  const idle = setInterval(() => server.closeIdleConnections(), 10)
  const late = setTimeout(() => server.closeAllConnections(), LAST_ANSWERS_MS)
  await done
  clearInterval(idle)
  clearTimeout(late)
}

const createTable = async (endpoint: string): Promise<void> => {
  const client = new DynamoDBClient({ endpoint, region: HOME_REGION, credentials: localCredentials })
  try {
    await client.send(new CreateTableCommand(tableDefinition(LOCAL_TABLE)))
  } catch (error) {
    if (!(error instanceof Error && error.name === 'ResourceInUseException')) throw error
  } finally {
    client.destroy()
  }
}
