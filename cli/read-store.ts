import type { Store } from '../shared/store/store.ts'
import { UsageError } from './exit-code.ts'
import type { Globals } from './output.ts'

/** Where a command works. Throws UsageError where the user says neither, or both. */
export const placeOf = ({ local, stack }: Pick<Globals, 'local' | 'stack'>): 'local' | 'stack' => {
  if (local && stack !== undefined)
    throw new UsageError('--local is the embedded account and --stack a deployed one; give one of them')
  if (!local && stack === undefined)
    throw new UsageError(
      'say where: --stack NAME is a deployed stack, --local the embedded account on this machine',
    )
  return local ? 'local' : 'stack'
}

/**
 * Works on the table of the embedded account or of a deployed stack. Each is loaded when it is wanted: the one brings
 * a database, the other AWS's clients.
 */
export const readStore = async <T>(globals: Globals, work: (store: Store) => Promise<T>): Promise<T> => {
  if (placeOf(globals) === 'local') {
    const { readLocalStore } = await import('./local-store.ts')
    return readLocalStore(globals, work)
  }
  const { withDeployment } = await import('./deployment.ts')
  return withDeployment(globals, ({ store }) => work(store))
}
