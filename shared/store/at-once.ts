/** Runs work when one of a number of slots is free, in the order of asking. */
export type Slots = <T>(work: () => Promise<T>) => Promise<T>

export const slotsOf = (most: number): Slots => {
  let free = most
  const waiting: (() => void)[] = []
  return async (work) => {
    if (free === 0) await new Promise<void>((resolve) => waiting.push(resolve))
    else free -= 1
    try {
      return await work()
    } finally {
      const next = waiting.shift()
      if (next === undefined) free += 1
      else next()
    }
  }
}

/**
 * Does the work for each item, as slots are free; results in the order of the items. After a failure nothing new is
 * begun, and what is under way is waited for before the first error is thrown: whoever does the whole again does not
 * run into it.
 */
export const atOnce = async <T, R>(
  items: readonly T[],
  slots: Slots,
  work: (item: T) => Promise<R>,
): Promise<R[]> => {
  const errors: unknown[] = []
  const one = async (item: T): Promise<R[]> => {
    if (errors.length > 0) return []
    try {
      return [await work(item)]
    } catch (error) {
      errors.push(error)
      return []
    }
  }
  const results = await Promise.all(items.map((item) => slots(() => one(item))))
  if (errors.length > 0) throw errors[0]
  return results.flat(1) as R[]
}
