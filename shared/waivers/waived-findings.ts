import { nodeKey } from '../findings/records.ts'
import type { Store } from '../store/store.ts'
import { isWaivable, type Waivable, waiverOf, waiversInForce } from './match.ts'
import { standingAt } from './revisions.ts'
import type { Waiver } from './waiver.ts'

/** The waiver that covers a finding, as it is shown beside it. */
export type WaivedBy = Pick<Waiver, 'id' | 'until' | 'reason' | 'ticket' | 'who' | 'approvedBy'>

export type Waived<F> = F & { waived?: WaivedBy }

/** Findings, each with the waiver that covers it at the moment, as their last key. The status stays what it is. */
export const withWaivers = async <F extends Waivable>(
  store: Pick<Store, 'waivers' | 'nodes'>,
  findings: F[],
  at: string,
): Promise<Waived<F>[]> =>
  findings.some(isWaivable) ? coveredBy(await store.waivers(), store, findings, at) : findings

/**
 * The same for findings as they stood at a past moment, by the waivers as they stood then, whatever became of them later.
 * Only the tags of instances are those of now: older ones are not kept.
 */
export const withPastWaivers = async <F extends Waivable>(
  store: Pick<Store, 'waiverRevisions' | 'nodes'>,
  findings: F[],
  at: string,
): Promise<Waived<F>[]> =>
  findings.some(isWaivable)
    ? coveredBy(standingAt(await store.waiverRevisions(), at), store, findings, at)
    : findings

const coveredBy = async <F extends Waivable>(
  known: Waiver[],
  store: Pick<Store, 'nodes'>,
  findings: F[],
  at: string,
): Promise<Waived<F>[]> => {
  const waivers = waiversInForce(known, at)
  if (waivers.length === 0) return findings
  const tagged = await withTags(store, findings)
  return findings.map((finding, i) => {
    const waiver = waiverOf(tagged[i] ?? finding, waivers, at)
    return waiver ? { ...finding, waived: shown(waiver) } : finding
  })
}

/** The open failures among the findings with the tags of their instances, as they are now; the others as they are. */
export const withTags = async <F extends Waivable>(
  store: Pick<Store, 'nodes'>,
  findings: F[],
): Promise<(F & { tags?: Record<string, string> })[]> => {
  const nodes = await store.nodes(
    findings.filter(isWaivable).map(({ account, region, instanceId }) => ({ account, region, instanceId })),
  )
  const tags = new Map(nodes.map((each) => [nodeKey(each.node), each.tags]))
  return findings.map((finding) => {
    const found = tags.get(nodeKey(finding))
    return found ? { ...finding, tags: found } : finding
  })
}

const shown = ({ id, until, reason, ticket, who, approvedBy }: Waiver): WaivedBy => ({
  ...{ id, until, reason, ticket, who },
  ...(approvedBy !== undefined && { approvedBy }),
})
