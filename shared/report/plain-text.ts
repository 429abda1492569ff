import { stripVTControlCharacters } from 'node:util'

/** Control characters and line or paragraph separators: they move the cursor or break a line. */
const CONTROL = /[\p{Cc}\p{Zl}\p{Zp}]/gu

/** Invisible marks: they turn the direction of text, join or hide it. */
const INVISIBLE = /\p{Cf}/gu

/**
 * Text from a node, made safe to print: one line, without terminal escapes, control characters or invisible marks,
 * at most `max` characters (then ended with an ellipsis). Markup stays as it is: escape it where the output is markup.
 */
export const plainText = (text: string, max = 200): string => {
  const clean = stripVTControlCharacters(text.slice(0, max * 20))
    .toWellFormed()
    .replace(CONTROL, ' ')
    .replace(INVISIBLE, '')
    .trim()
  const characters = [...clean]
  return characters.length <= max ? clean : `${characters.slice(0, max - 1).join('')}…`
}
