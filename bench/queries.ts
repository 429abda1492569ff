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
 * How long each query takes and what it reads, on a table with a long history and on one with a short one: the same fleet, whose
 * scanner was set up late, so that only the newest changes are there. `node bench/queries.ts [INSTANCES] [TRANSITIONS] [SHORT]`;
 * the first verdicts of the fleet are transitions too, and come on top. Exits with 1 where a question reads more than it may. The table is an embedded DynamoDB in this process: its times say how queries compare, not
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

const measure = async (kept: number): Promise<Measured[]> => {
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
  const fleet = await writeHistory(client, 'bench', instances, long, kept)
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

/** Items read for one of the answer, and how much more of them there may be with the long history. */
const MOST_READ = 1.2
const MOST_GROWTH = 0.05

const before = await measure(short)
const after = await measure(long)
const rows = after.map((now) => {
  const then = before.find((each) => each.name === now.name) ?? now
  const growth = now.ratio / then.ratio - 1
  return { now, then, growth, holds: now.ratio <= MOST_READ && growth <= MOST_GROWTH }
})
console.table(
  Object.fromEntries(
    rows.map(({ now, then, growth, holds }) => [
      now.name,
      {
        'ms, short': Math.round(then.ms),
        'ms, long': Math.round(now.ms),
        'answer, short': then.answer,
        'answer, long': now.answer,
        'items read': now.items,
        'per item, short': then.ratio.toFixed(3),
        'per item, long': now.ratio.toFixed(3),
        growth: `${(growth * 100).toFixed(1)} %`,
        'index entries': now.index,
        calls: now.calls,
        holds,
      },
    ]),
  ),
)
process.exit(rows.every(({ holds }) => holds) ? 0 : 1)
