/**
 * Reads one after the other, in their order, with a few under way: no more than `atOnce` results are held. Rejects with the
 * first in order that could not be read.
 */
export async function* readAhead<T, R>(
  items: Iterable<T>,
  read: (item: T) => Promise<R>,
  atOnce: number,
): AsyncGenerator<[T, R]> {
  const underWay: { item: T; result: Promise<R> }[] = []
  for (const item of items) {
    const result = read(item)
    // It is told in its turn, and until then it is no rejection that nobody handles.
    result.catch(() => {})
    underWay.push({ item, result })
    if (underWay.length < atOnce) continue
    const first = underWay.shift()
    if (first) yield [first.item, await first.result]
  }
  for (const { item, result } of underWay) yield [item, await result]
}
