import type { Queries } from '../../shared/queries/queries.ts'
import type { BenchFleet } from './write-history.ts'

/** A question, and how many items its answer is made of: findings with the states of their nodes, changes, scans, instances. */
export type Question = { name: string; ask: () => Promise<number> }

const DAY_MS = 86_400_000

const nodesOf = (of: { account: string; region: string; instanceId: string }[]): number =>
  new Set(of.map(({ account, region, instanceId }) => `${account}/${region}/${instanceId}`)).size

/** The scan that an answer rests on. */
const FRESHNESS = 1

/** Findings are put together of the finding, the state of its node, and when its target was last looked at. */
const withNodes = (of: { account: string; region: string; instanceId: string }[]): number =>
  of.length + nodesOf(of) + FRESHNESS + new Set(of.map(({ account, region }) => `${account}/${region}`)).size

export const questions = (queries: Queries, { now, nodes, rules }: BenchFleet): Question[] => {
  const before = (days: number): string => new Date(Date.parse(now) - days * DAY_MS).toISOString()
  const [week, month] = [
    { from: before(7), to: now },
    { from: before(30), to: now },
  ]
  const [node] = nodes
  const [, , rule = ''] = rules
  if (!node) throw new Error('there is no fleet')
  const page = async (filter: Parameters<Queries['currentFindings']>[0], limit = 100): Promise<number> =>
    withNodes((await queries.currentFindings(filter, { limit })).findings)
  return [
    { name: 'a page of what fails', ask: () => page({ status: ['FAIL'] }) },
    { name: 'a page of one rule and status', ask: () => page({ status: ['FAIL'], rule: [rule] }) },
    { name: 'a page of an account', ask: () => page({ account: [node.account] }) },
    { name: 'the findings of a cluster', ask: () => page({ cluster: ['cluster-0'] }) },
    { name: 'the findings of an instance', ask: () => page({ instance: [node.instanceId] }) },
    {
      name: 'history of a finding',
      ask: async () => (await queries.findingHistory(node, rule)).changes.length + withNodes([node]),
    },
    {
      name: 'changes of a week',
      ask: async () =>
        (await queries.changesBetween(week, {})).changes.reduce((sum, { times }) => sum + times, FRESHNESS),
    },
    { name: 'posture of a month, fleet', ask: async () => (await queries.postureByDay(month)).rows.length },
    {
      name: 'a page of what is open, since when',
      ask: async () => {
        const { open } = await queries.openFindings({ status: ['FAIL'] }, { limit: 100 })
        // Each with the change before, when it was good, and the scans that are its bounds.
        const bounded = open.filter(({ lastGood }) => lastGood)
        const scans = new Set(
          bounded.flatMap(({ firstBad, lastGood }) => [firstBad.scanId, lastGood?.scanId]),
        )
        return withNodes(open) + bounded.length + scans.size
      },
    },
    {
      name: 'time to fix, of a week',
      ask: async () => {
        const { fixes } = await queries.timeToFix(week, {})
        return fixes.length * 2 + FRESHNESS
      },
    },
    {
      name: 'posture of a week, by cluster',
      ask: async () => {
        const { rows } = await queries.postureByDay(week, 'cluster')
        const { changes } = await queries.changesBetween(week, {})
        const days = new Set(rows.map(({ day }) => day)).size
        // Every finding as it stands, every instance for its cluster, every change and every scan of the week.
        return nodes.length * (rules.length + 1) + changes.reduce((sum, { times }) => sum + times, days)
      },
    },
    {
      name: 'the fleet yesterday, what failed',
      ask: async () => {
        const { findings, instances } = await queries.fleetThen(before(1), { status: ['FAIL'] })
        return findings.length + Math.ceil(instances.length / 50) + FRESHNESS
      },
    },
    {
      name: 'all that is open',
      ask: async () => withNodes(await queries.allFindings({ status: ['FAIL', 'ERROR'] })),
    },
    { name: 'what is beyond its SLA', ask: async () => withNodes((await queries.beyondSla({})).overdue) },
  ]
}
