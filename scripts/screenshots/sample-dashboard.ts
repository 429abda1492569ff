import type { AddressInfo } from 'node:net'
import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb'
import dynalite from 'dynalite'
import type { Place } from '../../dashboard/page.ts'
import { startDashboard } from '../../dashboard/server.ts'
import { createApi } from '../../shared/api/create-api.ts'
import { loadRules } from '../../shared/rules/load.ts'
import { createStore } from '../../shared/store/create-store.ts'
import type { Store } from '../../shared/store/store.ts'
import { tableDefinition } from '../../shared/store/table.ts'

const TABLE = 'fleet-scanner'
const PLACE: Place = { words: 'stack fleet-scanner, eu-central-1', options: '--stack fleet-scanner' }

export type SampleDashboard = { url: string; store: Store; faults: unknown[]; stop(): Promise<void> }

/** A dashboard on a table in memory, at a time that stands still. `faults` is what it would say in its terminal. */
export const startSampleDashboard = async (
  fill: (store: Store) => Promise<void>,
  { now, who = 'arn:aws:sts::111122223333:assumed-role/audit/ada' }: { now: string; who?: string },
): Promise<SampleDashboard> => {
  const server = dynalite({ createTableMs: 0 })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  const client = new DynamoDBClient({
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    region: 'eu-central-1',
    credentials: { accessKeyId: 'none', secretAccessKey: 'none' },
  })
  await client.send(new CreateTableCommand(tableDefinition(TABLE)))
  const store = createStore(DynamoDBDocumentClient.from(client), TABLE)
  await fill(store)
  const rules = loadRules()
  const faults: unknown[] = []
  const running = await startDashboard({
    ...{ rules, place: PLACE, now: () => now },
    api: createApi({ store, rules, now: () => now, onError: (error) => faults.push(error) }),
    asCaller: (work) => work(store, who),
    onFault: (error) => faults.push(error),
  })
  return {
    ...{ url: running.url, store, faults },
    stop: async () => {
      await running.stop()
      client.destroy()
      await new Promise<void>((closed) => {
        server.close(() => closed())
        server.closeAllConnections()
      })
    },
  }
}
