import type { Coverage } from '../findings/coverage.ts'
import type { ScanRecord } from '../findings/records.ts'
import type { Store } from '../store/store.ts'

/** The scan that an answer rests on. */
export type AnsweringScan = { scanId: string; openedAt: string; closedAt: string; coverage?: Coverage }

/**
 * How fresh an answer is: the moment that it is about (ISO 8601, UTC), and the newest scan of the whole fleet that had closed by
 * then. Without a scan nothing can be said of the fleet.
 */
export type Freshness = { at: string; scan?: AnsweringScan }

/** Every answer of this module. */
export type Answer<T> = T & { fresh: Freshness }

export const answeringScan = ({
  scanId,
  openedAt,
  closedAt = openedAt,
  coverage,
}: ScanRecord): AnsweringScan => ({
  ...{ scanId, openedAt, closedAt },
  ...(coverage && { coverage }),
})

export const freshnessAt = async (store: Pick<Store, 'scanAt'>, at: string): Promise<Freshness> => {
  const scan = await store.scanAt(at)
  return { at, ...(scan && { scan: answeringScan(scan) }) }
}
