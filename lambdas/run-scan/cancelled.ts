import type { Run } from './deps.ts'

/** Whether somebody has stopped the scan. Looked at before every send and at every look for answers. */
export const isCancelled = async ({ deps, scan }: Omit<Run, 'ctx'>): Promise<boolean> =>
  (await deps.store.scan(scan.scanId))?.status === 'cancelled'
