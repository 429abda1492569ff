/** Why a node's output could not become evidence. Each code is also a finding's reason. */
export type EvidenceErrorCode =
  | 'ENVELOPE_MISSING'
  | 'ENVELOPE_CUT'
  | 'ENVELOPE_CORRUPT'
  | 'ENVELOPE_NEWER'
  | 'EVIDENCE_INVALID'

/** Output of a node that cannot be judged: no envelope of ours, cut, corrupt, or from a newer collector. */
export class EvidenceError extends Error {
  override readonly name = 'EvidenceError'
  readonly code: EvidenceErrorCode

  constructor(code: EvidenceErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}
