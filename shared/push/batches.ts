/**
 * What BatchImportFindings takes at once, in findings and in bytes:
 * https://docs.aws.amazon.com/securityhub/latest/partnerguide/guidelines-batchimportfindings.html
 */
export const MOST_FINDINGS = 100
export const MOST_BYTES = 6 * 1024 * 1024

/** Room for what surrounds the findings in a request. */
const FRAME_BYTES = 1024

/** The same in their order, as few batches as it takes. One that is too large by itself is a batch: Security Hub says so. */
export const batchesOf = <T>(findings: T[]): T[][] => {
  const batches: T[][] = []
  let batch: T[] = []
  let bytes = FRAME_BYTES
  for (const finding of findings) {
    const size = Buffer.byteLength(JSON.stringify(finding)) + 1
    if (batch.length > 0 && (batch.length === MOST_FINDINGS || bytes + size > MOST_BYTES)) {
      batches.push(batch)
      batch = []
      bytes = FRAME_BYTES
    }
    batch.push(finding)
    bytes += size
  }
  return batch.length > 0 ? [...batches, batch] : batches
}
