import type { Node, StoredFinding, Transition } from '../../../shared/findings/records.ts'
import type { Freshness } from '../../../shared/queries/freshness.ts'
import type { OpenFinding } from '../../../shared/queries/open-since.ts'
import type { Waived } from '../../../shared/waivers/waived-findings.ts'
import { pathOf } from '../../ask.ts'

/** What the API says of one finding. */
export type FindingAnswer = {
  fresh: Freshness
  finding?: Waived<StoredFinding>
  changes: Transition[]
  open?: OpenFinding
  next?: string
}

/** Where the API has a finding. */
export const apiPathOf = ({
  account = '',
  region = '',
  instance = '',
  rule = '',
}: Record<string, string>): string => `/v1${pathOf('findings', account, region, instance, rule)}`

/** Only an open failure can be waived. */
export const isWaivable = (finding: StoredFinding | undefined): boolean =>
  finding?.status === 'FAIL' && finding.closed === undefined

/** The instance that a path names. */
export const nodeOf = ({
  account = '',
  region = '',
  instance: instanceId = '',
}: Record<string, string>): Node => ({
  ...{ account, region, instanceId },
})
