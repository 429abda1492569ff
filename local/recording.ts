import { readFile } from 'node:fs/promises'
import * as z from 'zod'
import { type Evidence, evidenceSchema } from '../shared/evidence/evidence.ts'
import { collectorOutput } from './collector-output.ts'

/**
 * What a recorded node prints: saved collector output as it stands, or Evidence JSON (`.json`) as the collector would
 * print it, gathered now. Throws an Error that names the file where it cannot be read.
 */
export const readRecording = async (path: string): Promise<string> => {
  const text = await readFile(path, 'utf8')
  if (!path.endsWith('.json')) return text
  return collectorOutput({ collectedAt: new Date().toISOString(), ...parseEvidence(text, path) })
}

const parseEvidence = (text: string, path: string): Evidence => {
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch (cause) {
    throw new Error(`${path} is no JSON`, { cause })
  }
  const checked = evidenceSchema.safeParse(json)
  if (!checked.success) throw new Error(`${path} is no Evidence JSON: ${z.prettifyError(checked.error)}`)
  return checked.data
}
