import { existsSync } from 'node:fs'
import { startAccount } from '../../local/account.ts'
import { loadFleet } from '../../local/fleet.ts'
import type { Store } from '../../shared/store/store.ts'
import { UsageError } from '../exit-code.ts'
import { SAMPLE_FLEET } from '../local-scan.ts'
import { onStore, userErrors } from '../local-store.ts'
import type { Globals } from '../output.ts'
import type { PushRequest } from '../report-push-options.ts'

/** Works on the embedded account's table while its Security Hub, which forgets everything afterwards, is there. Throws UsageError. */
export const withLocalHub = async <T>(
  { data }: Globals,
  { fleetFile, configFile }: PushRequest,
  work: (store: Store) => Promise<T>,
): Promise<T> => {
  if (!existsSync(data))
    throw new UsageError(`there is no data in ${data} yet; run fleet-scanner scan --local first`)
  const fleet = await userErrors(loadFleet(fleetFile ?? SAMPLE_FLEET))
  const account = await userErrors(startAccount({ dataDir: data, fleet, configFile, onlyPlans: true }))
  try {
    return await onStore(account.dynamodbUrl, work)
  } finally {
    await account.stop()
  }
}
