import { setTimeout as sleep } from 'node:timers/promises'
import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb'
import { HOME_REGION, localCredentials } from '../local/credentials.ts'
import { answers, connectOrStart, type Database, LOCAL_TABLE } from '../local/database.ts'
import { createStore } from '../shared/store/create-store.ts'
import type { Store } from '../shared/store/store.ts'

/** How long the folder is kept open after the last read, so that the next page need not open it again. */
const LINGER_MS = 500
/** Whoever keeps on reading lets go after this long: a scan in another shell waits for that. */
const LONGEST_MS = 2000
/** A scan that waits looks every tenth of a second. */
const PAUSE_MS = 300
const TRIES = 3

type Lease = {
  database: Database
  store: Store
  users: number
  since: number
  timer?: NodeJS.Timeout
  closing?: Promise<void>
  destroyClient(): void
}

export type LocalTable = {
  use<T>(work: (store: Store) => Promise<T>): Promise<T>
  stop(): Promise<void>
}

/**
 * The embedded account's table, opened when it is read and let go of soon after: a dashboard that runs all day must not keep
 * `scan --local` from the folder. While a scan has it, the scan's own endpoint is read; where that ends in the middle, `work`
 * begins again.
 */
export const localTable = (dataDir: string): LocalTable => {
  /** Leases follow one another: this is the last of them, or becomes it. */
  let last: Promise<Lease | undefined> = Promise.resolve(undefined)

  const take = (): Promise<Lease> => {
    const taken = last.then(async (before) => {
      const lease = before && (await isGood(before)) ? before : await open(dataDir)
      clearTimeout(lease.timer)
      lease.users += 1
      return lease
    })
    last = taken.catch(() => undefined)
    return taken
  }
  const giveBack = (lease: Lease): void => {
    lease.users -= 1
    if (lease.users === 0) lease.timer = setTimeout(() => void close(lease), LINGER_MS)
  }

  return {
    use: async (work) => {
      for (let tries = TRIES; ; tries -= 1) {
        const lease = await take()
        try {
          return await work(lease.store)
        } catch (error) {
          if (tries <= 1 || (await answers(lease.database.url))) throw error
          lease.since = Number.NEGATIVE_INFINITY
        } finally {
          giveBack(lease)
        }
      }
    },
    stop: async () => {
      const lease = await last
      if (!lease) return
      clearTimeout(lease.timer)
      await close(lease)
    },
  }
}

const open = async (dataDir: string): Promise<Lease> => {
  const database = await connectOrStart(dataDir)
  const client = new DynamoDBClient({
    endpoint: database.url,
    region: HOME_REGION,
    credentials: localCredentials,
  })
  const store = createStore(DynamoDBDocumentClient.from(client), LOCAL_TABLE)
  return { database, store, users: 0, since: Date.now(), destroyClient: () => client.destroy() }
}

/** Whether it may be used again. Where it has been held for long enough, waits until nobody uses it, and lets others have the folder. */
const isGood = async (lease: Lease): Promise<boolean> => {
  if (lease.closing === undefined && Date.now() - lease.since < LONGEST_MS) return true
  while (lease.users > 0) await sleep(10)
  clearTimeout(lease.timer)
  await close(lease)
  return false
}

const close = (lease: Lease): Promise<void> => {
  lease.closing ??= (async () => {
    lease.destroyClient()
    await lease.database.stop()
    // Where the folder was ours, whoever waits for it comes first; another process's we have not kept from anybody.
    if (lease.database.announce) await sleep(PAUSE_MS)
  })()
  return lease.closing
}
