import type { ScanRecord, Transition } from '../../shared/findings/records.ts'
import { transitionId } from '../../shared/report/digest-covers.ts'
import type { Store } from '../../shared/store/store.ts'

/**
 * Every change that a scan made: those that its commands have recorded, and those of commands that broke off before
 * they could. The latter are found in the history, which is eventually consistent and therefore does not do alone.
 */
export const changesOf = async (
  store: Store,
  { scanId, openedAt }: Pick<ScanRecord, 'scanId' | 'openedAt'>,
): Promise<Transition[]> => {
  const recorded = await store.transitionsOf(scanId)
  const listed = (await store.history({ since: openedAt })).filter(
    (each) => each.scanId === scanId && each.restates === undefined,
  )
  return [...new Map([...listed, ...recorded].map((each) => [transitionId(each), each])).values()]
}
