import { stringify } from 'yaml'
import { HOME_ACCOUNT } from './caller.ts'
import { FLEET_TAG, FLEET_TAG_VALUE, type Fleet } from './fleet.ts'

/** The role that a scan assumes in the fleet's other accounts. */
const MEMBER_ROLE = 'fleet-scanner-member'

/** Enough for ten thousand instances, all in this process; who is silent ends after DELIVERY_SECONDS and a minute. */
const DEADLINE_MINUTES = 60
const DELIVERY_SECONDS = 30

/** The text of a `fleet-scanner.yaml` that scans everything in a fleet file, for users who have none. */
export const defaultConfig = (fleet: Fleet, documentName: string): string =>
  `# Made from ${fleet.file}; to choose what is scanned, write a fleet-scanner.yaml of your own.\n${stringify(
    {
      targets: [...regionsByAccount(fleet)].map(([account, regions]) => ({
        account,
        regions: [...regions],
        ...(account !== HOME_ACCOUNT && { role: MEMBER_ROLE }),
        selectors: [{ [FLEET_TAG]: FLEET_TAG_VALUE }],
      })),
      deadlineMinutes: DEADLINE_MINUTES,
      commandTimeoutSeconds: DELIVERY_SECONDS,
      documentName,
      poll: { firstSeconds: 1, longestSeconds: 2 },
    },
  )}`

const regionsByAccount = ({ instances }: Fleet): Map<string, Set<string>> => {
  const found = new Map<string, Set<string>>()
  for (const { account, region } of instances)
    found.set(account, (found.get(account) ?? new Set()).add(region))
  return found
}
