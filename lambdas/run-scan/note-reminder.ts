import type { ScannerConfig } from '../../shared/config/scanner-config.ts'
import type { Store } from '../../shared/store/store.ts'

const DAY_MS = 24 * 60 * 60_000
const MINUTE_MS = 60_000

/** A schedule does not start to the second. */
const JITTER_MINUTES = 10

/**
 * Whether this scan of the whole fleet reminds of what is still open: the first one a week, or what is configured,
 * after the last reminder, or after the first scan. It is marked before the reminder is frozen, so that a repeat comes
 * to the same.
 */
export const reminderIsDue = async (
  store: Store,
  { reminder: { off, everyDays }, schedule }: Pick<ScannerConfig, 'reminder' | 'schedule'>,
  { scanId, openedAt }: { scanId: string; openedAt: string },
): Promise<boolean> => {
  if (off) return false
  const last = await store.reminder()
  if (last === undefined) {
    await store.putReminder({ at: openedAt, scanId, baseline: true }, undefined)
    return false
  }
  if (last.scanId === scanId) return last.baseline === undefined
  const elapsed = Date.parse(openedAt) - Date.parse(last.at)
  const jitter = (schedule.flexibleMinutes + JITTER_MINUTES) * MINUTE_MS
  if (elapsed < everyDays * DAY_MS - jitter) return false
  return store.putReminder({ at: openedAt, scanId }, last)
}

/** Whether a scan that broke off had begun to remind. */
export const hadBegunToRemind = async (store: Store, scanId: string): Promise<boolean> => {
  const last = await store.reminder()
  return last?.scanId === scanId && last.baseline === undefined
}
