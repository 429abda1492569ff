import type { AddressInfo } from 'node:net'
import { CreateTableCommand, DescribeTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { DynamoDBDocumentClient, paginateScan } from '@aws-sdk/lib-dynamodb'
import dynalite from 'dynalite'
import { createStore } from '../../shared/store/create-store.ts'
import { tableDefinition } from '../../shared/store/table.ts'

/** A DynamoDB in memory, on which each test makes tables of its own. */
export const startTables = async () => {
  const server = dynalite({ createTableMs: 0 })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  const { port } = server.address() as AddressInfo
  const base = new DynamoDBClient({
    endpoint: `http://127.0.0.1:${port}`,
    region: 'eu-central-1',
    credentials: { accessKeyId: 'none', secretAccessKey: 'none' },
  })
  const client = DynamoDBDocumentClient.from(base)
  let made = 0

  const newTable = async () => {
    const name = `table-${++made}`
    await base.send(new CreateTableCommand(tableDefinition(name)))
    for (;;) {
      const { Table } = await base.send(new DescribeTableCommand({ TableName: name }))
      if (Table?.TableStatus === 'ACTIVE') return name
    }
  }
  const newStore = async (pageSize?: number) =>
    createStore(client, await newTable(), pageSize === undefined ? {} : { pageSize })
  const stop = async () => {
    client.destroy()
    base.destroy()
    await new Promise((closed) => server.close(closed))
  }
  return { client, newTable, newStore, stop, contentOf: (name: string) => contentOf(client, name) }
}

/** A time that stands still, for tests that compare whole tables. */
export const now = () => new Date('2026-01-31T12:00:00Z')

/** Every item of a table, in the order of its keys. */
const contentOf = async (client: DynamoDBDocumentClient, name: string) => {
  const items: Record<string, unknown>[] = []
  for await (const page of paginateScan({ client }, { TableName: name })) items.push(...(page.Items ?? []))
  const key = (item: Record<string, unknown>) => `${item.pk}\n${item.sk}`
  return items.sort((a, b) => (key(a) < key(b) ? -1 : 1))
}
