import type { AddressInfo } from 'node:net'
import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb'
import dynalite from 'dynalite'
import { createQueries } from '../shared/queries/queries.ts'
import { createStore } from '../shared/store/create-store.ts'
import { tableDefinition } from '../shared/store/table.ts'
import { countingReads } from './queries/counting-reads.ts'
import { questions } from './queries/questions.ts'
import { writeHistory } from './queries/write-history.ts'

/**
 * How long each query takes and what it reads, on a table with a short history and on one with a long history: a fleet that changes at
 * the same pace, for longer. `node bench/queries.ts [INSTANCES] [TRANSITIONS] [SHORT]`; the first verdicts of the fleet are
 * transitions too, and come on top. The table is an embedded DynamoDB in this process: its times say how queries compare, not
 * how fast AWS answers. Items are counted as DynamoDB evaluates them, before anything is thrown away.
 */
const [instances = 300, long = 20_000, short = 1_000] = process.argv.slice(2).map(Number)

type Measured = {
  name: string
  ms: number
  items: number
  index: number
  ratio: number
  calls: number
  answer: number
}

const measure = async (transitions: number): Promise<Measured[]> => {
  const server = dynalite({ createTableMs: 0 })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  const { port } = server.address() as AddressInfo
  const base = new DynamoDBClient({
    endpoint: `http://127.0.0.1:${port}`,
    region: 'eu-central-1',
    credentials: { accessKeyId: 'none', secretAccessKey: 'none' },
  })
  const client = DynamoDBDocumentClient.from(base)
  await base.send(new CreateTableCommand(tableDefinition('bench')))
  const began = performance.now()
  const fleet = await writeHistory(client, 'bench', instances, transitions)
  console.log(
    `${fleet.transitions} transitions of ${instances} instances in ${fleet.days} days: ${fleet.items} items, written in ${((performance.now() - began) / 1000).toFixed(1)} s`,
  )
  const counted = countingReads(client)
  const queries = createQueries(createStore(counted.client, 'bench'), () => fleet.now)
  const measured: Measured[] = []
  for (const { name, ask } of questions(queries, fleet)) {
    await ask()
    counted.reset()
    const start = performance.now()
    const answer = await ask()
    const ms = performance.now() - start
    const { distinct, index, calls } = counted.seen()
    measured.push({ name, ms, items: distinct, index, calls, answer, ratio: distinct / Math.max(1, answer) })
  }
  client.destroy()
  base.destroy()
  await new Promise((closed) => server.close(closed))
  return measured
}

const before = await measure(short)
const after = await measure(long)
const growth = (name: string, ratio: number): string => {
  const small = before.find((each) => each.name === name)?.ratio ?? 0
  return `${(((ratio - small) / small) * 100).toFixed(0)} %`
}
console.table(
  Object.fromEntries(
    after.map(({ name, ms, items, index, ratio, calls, answer }) => [
      name,
      {
        'ms, short': Math.round(before.find((each) => each.name === name)?.ms ?? 0),
        'ms, long': Math.round(ms),
        'items of the answer': answer,
        'items read': items,
        'read per item': ratio.toFixed(2),
        growth: growth(name, ratio),
        'index entries': index,
        calls,
      },
    ]),
  ),
)
process.exit()
