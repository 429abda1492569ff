/** Mail readers break longer lines where they like. */
export const COLUMNS = 76

/** Breaks a line at blanks, and a word only where it alone is too long, so that no line has more than 76 characters. */
export const wrapped = (text: string, indent = '', hanging = indent): string[] => {
  const room = COLUMNS - Math.max(indent.length, hanging.length)
  const lines: string[] = []
  let line = ''
  for (const word of text.split(/ +/).flatMap((each) => pieces(each, room))) {
    if (line !== '' && [...line].length + 1 + [...word].length > room) {
      lines.push(line)
      line = word
    } else line = line === '' ? word : `${line} ${word}`
  }
  return [...lines, line].map((each, i) => (i === 0 ? indent : hanging) + each)
}

const pieces = (word: string, room: number): string[] => {
  const characters = [...word]
  const parts: string[] = []
  for (let i = 0; i < characters.length; i += room) parts.push(characters.slice(i, i + room).join(''))
  return parts
}

/** `2026-01-31 12:03 UTC` */
export const minute = (iso: string): string => `${iso.slice(0, 16).replace('T', ' ')} UTC`
