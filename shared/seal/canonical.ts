import { createHash } from 'node:crypto'

/**
 * The one text of a JSON value, as RFC 8785 has it: keys sorted, no white space. Parts that are undefined are left out.
 * Numbers and strings are written as ECMAScript writes them, which is what the RFC asks for.
 */
export const canonicalJson = (value: unknown): string => {
  if (Array.isArray(value)) return `[${value.map((each) => canonicalJson(each ?? null)).join(',')}]`
  if (value === null || typeof value !== 'object') return JSON.stringify(value ?? null)
  const entries = Object.entries(value)
    .filter(([, inner]) => inner !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
  return `{${entries.map(([name, inner]) => `${JSON.stringify(name)}:${canonicalJson(inner)}`).join(',')}}`
}

/** SHA-256 in hex. */
export const sha256 = (text: string | Uint8Array): string => createHash('sha256').update(text).digest('hex')

/** SHA-256, in hex, of the one text of a JSON value. */
export const hashOf = (value: unknown): string => sha256(canonicalJson(value))
