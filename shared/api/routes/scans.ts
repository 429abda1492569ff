import type * as z from 'zod'
import { coverageOf } from '../../findings/coverage.ts'
import type { ScanRecord } from '../../findings/records.ts'
import { answeringScan } from '../../queries/freshness.ts'
import type { CommandResult } from '../../store/store.ts'
import { paging, scanPath, when } from '../parameters.ts'
import { ProblemError } from '../problem.ts'
import { route } from '../route.ts'
import type { targetProgress } from '../schemas/scan.ts'
import { endOf } from '../times.ts'

const fleet = route({
  path: '/v1/fleet',
  tag: 'fleet',
  summary: 'Coverage and findings by status, as the newest scan of the whole fleet left them',
  params: {},
  query: { at: when('as it was then') },
  work: async ({ query: { at: text }, now, store }) => {
    const at = text === undefined ? now : endOf('at', text, now)
    const found = await store.scanAt(at)
    if (!found) return { fresh: { at } }
    const { coverage, findings } = found
    return {
      fresh: { at, scan: answeringScan(found) },
      ...(coverage && { coverage }),
      ...(findings && { findings }),
    }
  },
})

const scans = route({
  path: '/v1/scans',
  tag: 'scans',
  summary: 'The scans, newest first',
  params: {},
  query: paging(),
  work: async ({ query: { limit }, place, next, store }) => {
    // The one before begins where the page before has ended; two do not open in the same millisecond.
    const openedBy = place?.split('#')[0]
    if (openedBy !== undefined && Number.isNaN(Date.parse(openedBy)))
      throw new ProblemError(400, 'the cursor is none of this API; begin again without one')
    const found = await store.scans(limit + (openedBy === undefined ? 1 : 2), openedBy)
    const rest = found.filter((each) => place === undefined || placeIn(each) < place)
    const page = rest.slice(0, limit)
    const last = page.at(-1)
    return { scans: page, ...(rest.length > limit && last && { next: next(placeIn(last)) }) }
  },
})

const placeIn = ({ openedAt, scanId }: ScanRecord): string => `${openedAt}#${scanId}`

const oneScan = route({
  path: '/v1/scans/{scanId}',
  tag: 'scans',
  summary: 'One scan, how far it is, and what it has recorded of each target',
  params: scanPath,
  query: {},
  problems: { 404: 'There is no such scan' },
  work: async ({ params: { scanId }, store }) => {
    const found = await store.scan(scanId)
    if (!found) throw new ProblemError(404, 'there is no scan of this id')
    const [commands, results] = await Promise.all([store.sentCommands(scanId), store.commandResults(scanId)])
    const answered = sum(results.map(({ commandId, outcomes }) => (commandId ? outcomes.length : 0)))
    // A scan of version 0.1 has not recorded how many each command was sent to.
    const sent = Math.max(answered, sum(commands.map(({ instances = 0 }) => instances)))
    return { scan: found, progress: { sent, answered }, targets: targetsOf(results) }
  },
})

const sum = (counts: number[]): number => counts.reduce((total, each) => total + each, 0)

const targetsOf = (results: CommandResult[]): z.input<typeof targetProgress>[] =>
  [...Map.groupBy(results, ({ account, region }) => `${account}/${region}`)]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([, of]) => {
      const [first] = of
      if (!first) return []
      const states = of.flatMap(({ outcomes }) => outcomes.map(({ state }) => state))
      const { account, region } = first
      return [{ account, region, instances: states.length, byState: coverageOf(states).byState }]
    })

export const SCAN_ROUTES = [fleet, scans, oneScan]
