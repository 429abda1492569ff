import type { Finding } from '../findings/finding.ts'

/**
 * Characters that JSON allows raw but a reader may act on: `<` (markup), DEL and the C1 controls (terminal
 * commands), line separators, and marks that turn the direction of text, join or hide it. Inside JSON they only stand
 * in strings.
 */
const UNSAFE = /[<\u007f-\u009f\p{Cf}\p{Zl}\p{Zp}]/gu

/** A character beyond U+FFFF is two escapes in JSON. */
const escapeUnsafe = (json: string): string =>
  json.replace(UNSAFE, (char) =>
    char
      .split('')
      .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
      .join(''),
  )

/** One value as one line of JSON that is safe on a terminal and inside a page. */
export const jsonLine = (value: unknown): string => escapeUnsafe(JSON.stringify(value))

/** A line for each value, each ended; an empty text for none. */
export const renderJsonl = (values: unknown[]): string =>
  values.map((value) => `${jsonLine(value)}\n`).join('')

/** One indented JSON document, ended with a line break. */
export const renderJson = (value: unknown): string => `${escapeUnsafe(JSON.stringify(value, null, 2))}\n`

/** The same finding with its keys in the published order; further keys follow. */
export const inPublishedOrder = <F extends Finding>(finding: F): F => {
  const { ruleId, control, severity, status, reason, message, caveats, ...rest } = finding
  const { running, declared, effect, evidence, ...more } = rest
  return {
    ...{ ruleId, control, severity, status, reason, message, caveats },
    ...(running && { running }),
    ...(declared && { declared }),
    ...(effect && { effect }),
    evidence,
    ...more,
  } as F
}
