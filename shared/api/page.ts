/** Part of a list, and where the rest of it begins; absent: this was the last. */
export type Page<T> = { page: T[]; place?: string }

/**
 * Part of a list that is read whole, in an order that does not change. A place names the last entry of the page before and how many came up to it: where
 * that entry is gone meanwhile, the number stands in for it.
 */
export const pageOf = <T>(
  all: readonly T[],
  keyOf: (each: T) => string,
  { limit, place }: { limit: number; place?: string | undefined },
): Page<T> => {
  const start = place === undefined ? 0 : startAfter(all, keyOf, place)
  const page = all.slice(start, start + limit)
  const end = start + page.length
  const last = page.at(-1)
  return {
    page,
    ...(last !== undefined && end < all.length && { place: `${end}:${keyOf(last)}` }),
  }
}

const startAfter = <T>(all: readonly T[], keyOf: (each: T) => string, place: string): number => {
  const colon = place.indexOf(':')
  const [count, key] = [Number(place.slice(0, colon)), place.slice(colon + 1)]
  const last = all.findIndex((each) => keyOf(each) === key)
  if (last >= 0) return last + 1
  return Number.isSafeInteger(count) && count >= 0 ? count : 0
}
