import { createHash } from 'node:crypto'
import * as z from 'zod'
import type { FindingFilter } from '../store/store.ts'

/** A cursor that this version did not make, or made for another question. */
export class CursorError extends Error {
  override readonly name = 'CursorError'
}

const VERSION = 1
/** DynamoDB refuses a longer sort key, and the store puts one more behind it. */
const MOST_BYTES = 1023
const content = z.tuple([
  z.literal(VERSION),
  z.string(),
  z
    .string()
    .regex(/^(FAIL|ERROR|PASS|NOT_APPLICABLE)#/)
    .refine((place) => place.isWellFormed() && Buffer.byteLength(place) <= MOST_BYTES),
])

/** An opaque text that says where to go on, and for which filter. */
export const cursorOf = (place: string, filter: FindingFilter): string =>
  Buffer.from(JSON.stringify([VERSION, digestOf(filter), place])).toString('base64url')

/** The place in a cursor. Throws CursorError. */
export const placeOf = (cursor: string, filter: FindingFilter): string => {
  const parsed = content.safeParse(jsonOf(Buffer.from(cursor, 'base64url').toString()))
  if (!parsed.success) throw new CursorError('this is no cursor of fleet-scanner; begin again without one')
  const [, digest, place] = parsed.data
  if (digest !== digestOf(filter))
    throw new CursorError('the cursor belongs to other filters; repeat those, or begin again without one')
  return place
}

/** The same whichever way the criteria and their values are ordered. */
const digestOf = (filter: FindingFilter): string => {
  const criteria = Object.entries(filter)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => [name, Array.isArray(value) ? [...new Set(value)].sort() : value])
    .sort(([a], [b]) => (String(a) < String(b) ? -1 : 1))
  return createHash('sha256').update(JSON.stringify(criteria)).digest('base64url').slice(0, 16)
}

const jsonOf = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
