import { decodeCollectorOutput } from '../shared/evidence/envelope.ts'
import type { Evidence } from '../shared/evidence/evidence.ts'
import { EvidenceError } from '../shared/evidence/evidence-error.ts'
import { readEvidenceJson } from './evidence-json.ts'
import { type InputKind, recognise } from './recognise.ts'

/**
 * One piece of an input, and what came of it: evidence; output of a node that cannot be judged, which is a verdict
 * too; or a problem of the input itself, in words that begin with its place.
 */
export type Reading = { source: string } & (
  | { evidence: Evidence }
  | { unreadable: EvidenceError }
  | { problem: string }
)

/** Everything that one input holds. `as` says what it is where the content should not be asked. Pure. */
export const readInput = (source: string, raw: string, as?: InputKind): Reading[] => {
  const text = raw.replace(/^\ufeff/, '')
  const kind = as ?? recognise(text)
  if (typeof kind === 'object') return [{ source, problem: `${source}: ${kind.unrecognised}` }]
  switch (kind) {
    case 'evidence':
      return readEvidenceJson(source, text)
    case 'collector':
      return [readCollectorOutput(source, text), ...moreThanOne(source, text)]
    case 'ps':
      return [{ source, evidence: { schemaVersion: 1, psOutput: text } }]
    case 'manifest':
      return [{ source, evidence: { schemaVersion: 1, manifests: [{ path: source, content: text }] } }]
  }
}

const readCollectorOutput = (source: string, text: string): Reading => {
  try {
    return { source, evidence: decodeCollectorOutput(text) }
  } catch (error) {
    if (error instanceof EvidenceError) return { source, unreadable: error }
    throw error
  }
}

/** Only the first envelope counts, since a node could print a second one; files that were joined must not get lost. */
const moreThanOne = (source: string, text: string): Reading[] => {
  const count = text.match(/^FLEET-SCANNER-EVIDENCE \d+ \S+ \d+ /gm)?.length ?? 0
  if (count < 2) return []
  const problem = `${source}: this holds ${count} outputs of the collector, and only the first is judged; give each a file of its own`
  return [{ source, problem }]
}
