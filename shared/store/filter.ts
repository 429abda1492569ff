import type { Severity, Status } from '../findings/finding.ts'
import { type Node, nodeKey } from '../findings/records.ts'
import type { FindingFilter } from './store.ts'

type Filtered = Partial<Node> & { ruleId?: string; control?: string; cluster?: string; severity?: Severity }

/** What `since` sorts as: the moment in the form in which times are stored. Throws RangeError for no time. */
export const timeFrom = (since: string): string => new Date(since).toISOString()

/**
 * Whether all the criteria of the filter hold; one criterion holds if any of its values does. An instance is named
 * by its id or by `account/region/id`. `status` and `at` are what the caller filters by those names.
 */
export const matcher = (
  filter: FindingFilter,
): ((item: Filtered, status?: Status, at?: string) => boolean) => {
  const from = filter.since === undefined ? undefined : timeFrom(filter.since)
  const among = <T>(allowed: T[] | undefined, ...values: (T | undefined)[]) =>
    allowed === undefined || values.some((value) => value !== undefined && allowed.includes(value))
  return (item, status, at) => {
    const { account = '', region = '', instanceId = '' } = item
    return (
      among(filter.status, status) &&
      among(filter.rule, item.ruleId) &&
      among(filter.control, item.control) &&
      among(filter.cluster, item.cluster) &&
      among(filter.severity, item.severity) &&
      among(filter.account, item.account) &&
      among(filter.region, item.region) &&
      among(filter.instance, instanceId, nodeKey({ account, region, instanceId })) &&
      (from === undefined || (at !== undefined && at >= from))
    )
  }
}
