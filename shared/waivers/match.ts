import type { Closing } from '../findings/coverage.ts'
import type { Status } from '../findings/finding.ts'
import { type Node, nodeKey } from '../findings/records.ts'
import { isInForce, type Waiver } from './waiver.ts'

/** What of a finding decides whether a waiver covers it. Without `tags` no waiver by tag does. */
export type Waivable = Node & {
  ruleId: string
  status: Status
  cluster?: string
  tags?: Record<string, string>
  closed?: Closing
}

/** The waivers that hold at a moment (ISO 8601, UTC). */
export const waiversInForce = (waivers: Waiver[], at: string): Waiver[] =>
  waivers.filter((waiver) => isInForce(waiver, at))

/** Whether rule and scope of the waiver are those of the finding, whatever its status and the time. */
export const isAbout = ({ rule, scope }: Waiver, finding: Omit<Waivable, 'status' | 'closed'>): boolean => {
  if (rule !== finding.ruleId) return false
  switch (scope.kind) {
    case 'instance':
      return scope.value === finding.instanceId || scope.value === nodeKey(finding)
    case 'cluster':
      return scope.value === finding.cluster
    case 'account':
      return scope.value === finding.account
    case 'tag':
      return Object.entries(finding.tags ?? {}).some(([key, value]) => `${key}=${value}` === scope.value)
  }
}

/**
 * A waiver accepts a risk that is known: an open FAIL. What could not be assessed is not known, and an instance that has
 * left is no risk.
 */
export const isWaivable = ({ status, closed }: Pick<Waivable, 'status' | 'closed'>): boolean =>
  status === 'FAIL' && closed === undefined

/** The waiver that covers the finding at that moment; of several the one that ends last. */
export const waiverOf = (finding: Waivable, waivers: Waiver[], at: string): Waiver | undefined =>
  isWaivable(finding)
    ? waiversInForce(waivers, at)
        .filter((waiver) => isAbout(waiver, finding))
        .toSorted((a, b) => b.until.localeCompare(a.until) || a.id.localeCompare(b.id))[0]
    : undefined

/** The findings that the waiver would cover while it holds. */
export const matchesOf = <F extends Waivable>(waiver: Waiver, findings: F[]): F[] =>
  findings.filter((finding) => isWaivable(finding) && isAbout(waiver, finding))

/** Whether it covers what nobody has named: an instance that comes later falls under it too. */
export const isWide = ({ scope }: Waiver): boolean => scope.kind !== 'instance'
