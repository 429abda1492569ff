import { EVIDENCE_SCHEMA_VERSION, type Evidence, evidenceSchema } from '../shared/evidence/evidence.ts'
import type { Reading } from './inputs.ts'

/**
 * Evidence JSON: one object, an array of them, or JSONL. What cannot be read is a problem that names its line (or
 * its place in the array), and never costs the others.
 */
export const readEvidenceJson = (source: string, text: string): Reading[] => {
  let whole: unknown
  try {
    whole = JSON.parse(text)
  } catch (error) {
    return isJsonl(text) ? readLines(source, text) : [{ source, problem: broken(source, text, error) }]
  }
  if (!Array.isArray(whole)) return [checked(source, whole)]
  return whole.map((item, index) => checked(`${source}[${index}]`, item))
}

/** Some line is a whole object by itself; the first line of an indented document never is. */
const isJsonl = (text: string): boolean =>
  text.split('\n').some((line) => /^\s*\{.*\}\s*$/.test(line) && !/^\s/.test(line))

const readLines = (source: string, text: string): Reading[] =>
  text.split('\n').flatMap((line, index) => {
    if (line.trim() === '') return []
    const place = `${source}:${index + 1}`
    try {
      return [checked(place, JSON.parse(line))]
    } catch (error) {
      return [{ source: place, problem: `${place}: this line is not JSON (${reasonOf(error)})` }]
    }
  })

const checked = (place: string, value: unknown): Reading => {
  const result = evidenceSchema.safeParse(value)
  if (result.success) return { source: place, evidence: result.data satisfies Evidence }
  return { source: place, problem: `${place}: ${notEvidence(value, result.error.issues)}` }
}

const notEvidence = (value: unknown, issues: { path: PropertyKey[]; message: string }[]): string => {
  const version =
    typeof value === 'object' && value !== null && 'schemaVersion' in value ? value.schemaVersion : undefined
  if (version === undefined)
    return `this JSON is not evidence (no schemaVersion: ${EVIDENCE_SCHEMA_VERSION}) and no manifest (no kind)`
  if (version !== EVIDENCE_SCHEMA_VERSION)
    return `schemaVersion ${JSON.stringify(version)} is not known here (this reads ${EVIDENCE_SCHEMA_VERSION}); use the fleet-scanner that it was made for`
  const said = issues.slice(0, 3).map(({ path, message }) => `${path.join('.') || 'the whole'}: ${message}`)
  return `this is not valid Evidence JSON: ${said.join('; ')}`
}

/** V8 names the place in most of its messages, but not where the text ends too early. */
const broken = (source: string, text: string, error: unknown): string => {
  const reason = reasonOf(error)
  const place = /\(line (\d+) column (\d+)\)/.exec(reason)
  const where = place ? `${place[1]}:${place[2]}` : `${text.trimEnd().split('\n').length}`
  return `${source}:${where}: this JSON is broken (${reason.replace(/ in JSON at position.*/, '')})`
}

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))
