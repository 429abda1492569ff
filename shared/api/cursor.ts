import { createHash } from 'node:crypto'
import * as z from 'zod'

/** Where to go on, and the moment of the first page: what is said relative to now means the same on every page. */
export type Place = { now: string; place: string }

const VERSION = 1
const content = z.tuple([z.literal(VERSION), z.string(), z.iso.datetime(), z.string().max(4096)])

/** Names a question: the path with its ids, and what was asked, however it was ordered. */
export const questionOf = (path: string, query: Record<string, unknown>): string => {
  const asked = Object.entries(query)
    .filter(([name, value]) => value !== undefined && name !== 'limit' && name !== 'cursor')
    .map(([name, value]) => [name, Array.isArray(value) ? [...new Set(value)].sort() : value])
    .sort(([a], [b]) => (String(a) < String(b) ? -1 : 1))
  return createHash('sha256')
    .update(JSON.stringify([path, asked]))
    .digest('base64url')
    .slice(0, 16)
}

/** An opaque text, which belongs to its question. */
export const cursorOf = (question: string, { now, place }: Place): string =>
  Buffer.from(JSON.stringify([VERSION, question, now, place])).toString('base64url')

/** What a cursor holds. The text says what is wrong with it otherwise. */
export const placeIn = (cursor: string, question: string, clock: string): Place | string => {
  const parsed = content.safeParse(jsonOf(Buffer.from(cursor, 'base64url').toString()))
  if (!parsed.success || parsed.data[2] > clock) return 'is none of this API; begin again without one'
  const [, digest, now, place] = parsed.data
  return digest === question
    ? { now, place }
    : 'belongs to another route or other parameters; repeat those, or begin again without one'
}

const jsonOf = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
