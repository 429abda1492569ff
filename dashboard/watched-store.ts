import type { Store } from '../shared/store/store.ts'

/** Runs one read of the table. */
export type Use = <T>(work: (store: Store) => Promise<T>) => Promise<T>

/**
 * A store of which every question goes through `use`, which may find the table anew for each. `trouble` is what kept the last question from
 * an answer, in words for the user, as `wordsOf` finds them; undefined: it was answered, or its fault is ours.
 */
export const watchedStore = (
  use: Use,
  wordsOf: (error: unknown) => string | undefined,
): { store: Store; trouble: () => string | undefined } => {
  let trouble: string | undefined
  const asked = async (name: keyof Store, args: unknown[]): Promise<unknown> => {
    try {
      const answer = await use((store) => (store[name] as (...all: unknown[]) => Promise<unknown>)(...args))
      trouble = undefined
      return answer
    } catch (error) {
      trouble = wordsOf(error)
      throw error
    }
  }
  const store = new Proxy({} as Store, {
    // A promise that is resolved with the store asks whether it is a promise itself.
    get: (_, name) =>
      typeof name === 'symbol' || name === 'then'
        ? undefined
        : (...args: unknown[]) => asked(name as keyof Store, args),
  })
  return { store, trouble: () => trouble }
}
