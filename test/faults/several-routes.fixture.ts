import { BatchWriteCommand } from '@aws-sdk/lib-dynamodb'
import { type DigestBody, digestBodySchema } from '../../shared/report/digest-body.ts'
import { transitionId } from '../../shared/report/digest-covers.ts'
import { readKey } from '../../shared/report/digest-routes.ts'
import { createStore } from '../../shared/store/create-store.ts'
import type { Digest } from '../../shared/store/store.ts'
import { startTables } from '../store/table.fixture.ts'
import { HERE, worldOn } from './scan-under-faults.ts'

/** Two routes that take everything, one of them to two destinations; a reminder each day of what is overdue at once. */
const SETTINGS = `routes:
  - { name: all, amazonQ: { workspaceId: T0123ABCD, channelId: C0123ABCD } }
  - { name: urgent, severities: [high], email: [oncall@example.com] }
reminder: { everyDays: 1 }
sla: { high: 0 }
`
export const DESTINATIONS = ['all', 'all amazon-q', 'urgent']

const hour = (n: number) => new Date(Date.UTC(2026, 0, 31, 12 + n))
const nodes = (flapping: 'PASS' | 'FAIL') => ({ 'i-flaps': flapping, 'i-fails': 'FAIL' as const })

/** What is disturbed: it begins flapping, tells of a failure, and reminds. And the scan after it, in which nothing changes. */
export const DISTURBED = { scanId: 's24', at: hour(24) }
export const NEXT = { scanId: 's25', at: hour(25) }

export const startSeveralRoutes = async () => {
  const tables = await startTables()
  const first = await tables.newTable()
  const before = worldOn(tables, first, { [HERE]: nodes('PASS') }, 'collector', SETTINGS)
  await before.scan({ scanId: 's00', at: hour(0) })
  for (const [n, flapping] of [
    [20, 'FAIL'],
    [21, 'PASS'],
    [22, 'FAIL'],
  ] as const) {
    before.fleet[HERE] = nodes(flapping)
    await before.scan({ scanId: `s${n}`, at: hour(n) })
  }
  const content = await tables.contentOf(first)

  /** A world at the time of the scan that is disturbed, on a table of its own; what was sent before counts too. */
  const world = async () => {
    const name = await tables.newTable()
    const puts = content.map((Item) => ({ PutRequest: { Item } }))
    for (let i = 0; i < puts.length; i += 25)
      await tables.client.send(new BatchWriteCommand({ RequestItems: { [name]: puts.slice(i, i + 25) } }))
    const fleet = { [HERE]: { ...nodes('PASS'), 'i-new': 'FAIL' as const } }
    const made = worldOn(tables, name, fleet, 'collector', SETTINGS)
    const store = createStore(tables.client, name)
    const sent = () => [...before.published, ...made.published]
    return { ...made, store, sent, changes: async () => (await store.history({})).map(transitionId) }
  }
  return { world, stop: tables.stop }
}

export const destinationOf = ({ route: key }: Digest): string => {
  const { route, amazonQ } = readKey(key)
  return amazonQ ? `${route} amazon-q` : route
}

/** The bodies that came to a destination; what Amazon Q got is read from the body of the same id. */
export const bodiesAt = (destination: string, sent: Digest[]): DigestBody[] => {
  const byId = new Map(
    sent
      .filter(({ route }) => !readKey(route).amazonQ)
      .map(({ bodies }) => digestBodySchema.parse(JSON.parse(bodies.default ?? '')))
      .map((body) => [body.digestId, body]),
  )
  return sent
    .filter((each) => destinationOf(each) === destination)
    .flatMap(({ attributes }) => byId.get(attributes.digestId ?? '') ?? [])
}

/** The same digest once, however often it was published. */
export const distinct = (bodies: DigestBody[]): DigestBody[] => [
  ...new Map(bodies.map((body) => [body.digestId, body])).values(),
]
