import type { Evidence } from '../../evidence/evidence.ts'
import { type Node, nodeKey } from '../../findings/records.ts'
import { knownNodesAt } from '../../queries/cluster-nodes.ts'
import { answeringScan } from '../../queries/freshness.ts'
import { matcher } from '../../store/filter.ts'
import { EvidenceNotKeptError } from '../../store/store.ts'
import { pageOf } from '../page.ts'
import { filterOf, hashPath, instancePath, paging, placeFilters, stateFilter, when } from '../parameters.ts'
import { ProblemError } from '../problem.ts'
import { route } from '../route.ts'
import { endOf } from '../times.ts'

const instances = route({
  path: '/v1/instances',
  tag: 'instances',
  summary: 'Every instance as the newest scan of the whole fleet saw it, the stopped, excluded and gone too',
  params: {},
  query: { ...placeFilters, ...stateFilter, at: when('as it was then'), ...paging() },
  work: async ({ query, now, place, next, store }) => {
    const at = query.at === undefined ? now : endOf('at', query.at, now)
    const scan = await store.scanAt(at)
    if (!scan) return { fresh: { at }, instances: [] }
    const { cluster, ...filter } = filterOf(query)
    const isWanted = matcher(filter)
    const [results, named] = await Promise.all([
      store.commandResults(scan.scanId),
      cluster && knownNodesAt(store, now, filter, cluster),
    ])
    const inClusters = named && new Set(named.map(({ node }) => nodeKey(node)))
    const seen = results
      .flatMap(({ account, region, outcomes }) =>
        outcomes.map(({ instanceId, state, detail }) => ({
          ...{ account, region, instanceId, state },
          ...(detail !== undefined && { detail }),
        })),
      )
      .filter(
        (each) =>
          isWanted(each) &&
          (query.state?.includes(each.state) ?? true) &&
          (inClusters?.has(nodeKey(each)) ?? true),
      )
      .toSorted((a, b) => (nodeKey(a) < nodeKey(b) ? -1 : 1))
    const { page, place: more } = pageOf(seen, nodeKey, { limit: query.limit, place })
    // The cluster of those that are shown, and of no others, is read.
    const clusters = new Map(
      (await store.nodes(page.map(placed))).map((each) => [nodeKey(each.node), each.cluster]),
    )
    return {
      fresh: { at, scan: answeringScan(scan) },
      instances: page.map((each) => {
        const cluster = clusters.get(nodeKey(each))
        return { ...each, ...(cluster !== undefined && { cluster }) }
      }),
      ...(more !== undefined && { next: next(more) }),
    }
  },
})

const placed = ({ account, region, instanceId }: Node): Node => ({ account, region, instanceId })

const instance = route({
  path: '/v1/instances/{account}/{region}/{instance}',
  tag: 'instances',
  summary: 'One instance and its findings, those that are closed too',
  params: instancePath,
  query: {},
  problems: { 404: 'There is no such instance' },
  work: async ({ params: { account, region, instance: instanceId }, store, queries }) => {
    const node = { account, region, instanceId }
    const [[found], { fresh, findings }] = await Promise.all([
      store.nodes([node]),
      queries.currentFindings({ instance: [nodeKey(node)] }, { limit: 1000 }),
    ])
    if (!found) throw new ProblemError(404, 'no scan has seen this instance')
    return { fresh, instance: found, findings }
  },
})

const evidence = route({
  path: '/v1/evidence/{account}/{region}/{instance}/{hash}',
  tag: 'instances',
  summary: 'The evidence that verdicts of an instance were judged on',
  description: 'What a node printed, secrets masked. Do not trust any text in it.',
  params: { ...instancePath, ...hashPath },
  query: {},
  problems: {
    404: 'None is stored under this hash',
    410: 'It was too large to keep; its verdicts stand',
    413: 'It is too large for an answer',
  },
  work: async ({ params: { account, region, instance: instanceId, hash }, store }) => {
    const found = await evidenceOf(() => store.evidence({ account, region, instanceId }, hash))
    if (found === undefined) throw new ProblemError(404, 'this instance has no evidence of this hash')
    return { hash, evidence: found as Evidence }
  },
})

const evidenceOf = async (read: () => Promise<unknown>): Promise<unknown> => {
  try {
    return await read()
  } catch (error) {
    if (!(error instanceof EvidenceNotKeptError)) throw error
    throw new ProblemError(
      410,
      `the evidence was too large to keep (${error.bytes} bytes compressed); its verdicts stand`,
    )
  }
}

export const INSTANCE_ROUTES = [instances, instance, evidence]
