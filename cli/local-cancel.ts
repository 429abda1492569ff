import { hasEnded } from '../lambdas/run-scan/cancel-scan.ts'
import type { ScanCancelled, ScanRefused } from '../lambdas/run-scan/deps.ts'
import { connectAccount } from '../local/account.ts'
import { readLocalStore } from './local-store.ts'
import type { Globals } from './output.ts'

/** Cancels a scan of the embedded account, which another process may be at. */
export const cancelLocalScan = async (
  scanId: string,
  globals: Globals,
): Promise<ScanCancelled | ScanRefused> => {
  const running = await connectAccount(globals.data)
  try {
    return running ? await running.cancelScan(scanId) : await endAbandoned(scanId, globals)
  } finally {
    await running?.stop()
  }
}

/** Nobody scans with this folder: a scan that is open there was cut off, and its commands ended with its process. */
const endAbandoned = async (scanId: string, globals: Globals): Promise<ScanCancelled | ScanRefused> =>
  readLocalStore(globals, async (store) => {
    const status = (await store.scan(scanId))?.status
    if (status !== 'open') return hasEnded(scanId, status ?? null)
    await store.closeScan(scanId, { status: 'cancelled', closedAt: new Date().toISOString() })
    return { scanId, status: 'cancelled', commands: 0, errors: [] }
  })
