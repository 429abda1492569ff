import { userInfo } from 'node:os'
import { GetCallerIdentityCommand } from '@aws-sdk/client-sts'
import type { Store } from '../shared/store/store.ts'
import type { Globals } from './output.ts'
import { placeOf } from './read-store.ts'

/**
 * Works on the table in the name of whoever calls: on a stack the ARN that STS says, on the embedded account
 * `local:USER`. Nobody can say to be somebody else.
 */
export const asCaller = async <T>(
  globals: Globals,
  work: (store: Store, who: string) => Promise<T>,
): Promise<T> => {
  if (placeOf(globals) === 'local') {
    const { readLocalStore } = await import('./local-store.ts')
    return readLocalStore(globals, (store) => work(store, `local:${userInfo().username}`))
  }
  const { withDeployment } = await import('./deployment.ts')
  return withDeployment(globals, async ({ store, clients }) => {
    const { Arn } = await clients.sts.send(new GetCallerIdentityCommand({}))
    if (Arn === undefined) throw new Error('STS did not say who calls')
    return work(store, Arn)
  })
}
