import { stringify } from 'yaml'
import { FLEET_TAG, FLEET_TAG_VALUE, type Fleet } from './fleet.ts'

/** Enough for ten thousand instances, all in this process; who is silent ends after DELIVERY_SECONDS and a minute. */
const DEADLINE_MINUTES = 60
const DELIVERY_SECONDS = 30

/** The text of a `fleet-scanner.yaml` that scans everything in a fleet file, for users who have none. */
export const defaultConfig = (fleet: Fleet): string =>
  `# Made from ${fleet.file}; to choose what is scanned, write a fleet-scanner.yaml of your own.\n${stringify(
    {
      targets: [...regionsByAccount(fleet)].map(([account, regions]) => ({
        account,
        regions: [...regions],
        selectors: [{ [FLEET_TAG]: FLEET_TAG_VALUE }],
      })),
      deadlineMinutes: DEADLINE_MINUTES,
      commandTimeoutSeconds: DELIVERY_SECONDS,
      poll: { firstSeconds: 1, longestSeconds: 2 },
      waivers: { tags: tagKeys(fleet) },
    },
  )}`

const tagKeys = ({ instances }: Fleet): string[] =>
  [...new Set(instances.flatMap(({ tags }) => Object.keys(tags)))].filter((key) => key.trim() !== '').sort()

const regionsByAccount = ({ instances }: Fleet): Map<string, Set<string>> => {
  const found = new Map<string, Set<string>>()
  for (const { account, region } of instances)
    found.set(account, (found.get(account) ?? new Set()).add(region))
  return found
}
