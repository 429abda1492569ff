import { createHash } from 'node:crypto'
import type { Evidence } from './evidence.ts'

/**
 * A hash of what can decide a verdict, in hex: pids, times, the order of processes and the text of `ps` (where
 * processes were read) are left out, so that an unchanged node keeps its fingerprint from scan to scan.
 */
export const fingerprint = (evidence: Evidence): string => {
  const { view, processes, apiservers, embeddedEtcds, hostAddresses, psOutput, manifests, truncatedParts } =
    evidence
  const facts = {
    view,
    processes: sorted(
      processes?.map(({ pid: _, ...rest }) => rest),
      processes,
    ),
    apiservers: sorted(
      apiservers?.map(({ pid: _, ...rest }) => rest),
      apiservers,
    ),
    embeddedEtcds: sorted(
      embeddedEtcds?.map(({ pid: _, ...rest }) => rest),
      embeddedEtcds,
    ),
    // Addresses come and go with pods; they matter only where an API server points elsewhere.
    hostAddresses: apiservers?.length && processes?.length === 0 ? hostAddresses?.toSorted() : undefined,
    psOutput: processes ? undefined : psOutput,
    manifests: sorted(manifests ?? undefined, manifests),
    truncatedParts: truncatedParts?.toSorted(),
  }
  return createHash('sha256').update(JSON.stringify(facts)).digest('hex')
}

/** A list without its order; null (could not be read) and absent (not looked for) stay apart. */
const sorted = (list: readonly unknown[] | undefined, original: unknown): unknown =>
  list === undefined ? original : list.map((item) => JSON.stringify(item)).sort()
