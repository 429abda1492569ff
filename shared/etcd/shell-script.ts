/** One simple command of a shell script: its words, and the variables set in front of it. */
export type ShellCommand = { words: string[]; assignments: [name: string, value: string][] }

const OPERATORS = /^(?:&&|\|\||[;|&(){}\n])/
/** `NAME=value` in front of a command. */
export const ASSIGNMENT = /^([A-Za-z_][A-Za-z0-9_]*)=(.*)$/s
const DROPPED = Symbol('redirection')

/**
 * Splits a POSIX shell script into its simple commands. Quotes are taken off, `\` at a line's end joins it, and
 * expansions (`$VAR`, `$(...)`) stay in the words as they stand: what they become cannot be told from here.
 * Deep shell grammar (loops, here-documents) is not understood and only yields odd words.
 */
export const splitShellScript = (script: string): ShellCommand[] => {
  const commands: ShellCommand[] = []
  let words: string[] = []
  const end = (): void => {
    if (words.length > 0) commands.push(withAssignments(words))
    words = []
  }
  let rest = script.replaceAll('\\\n', '')
  let skipNext: typeof DROPPED | undefined
  while (rest !== '') {
    const blank = /^[ \t\r]+/.exec(rest)
    if (blank) rest = rest.slice(blank[0].length)
    else if (rest.startsWith('#')) rest = rest.replace(/^[^\n]*/, '')
    else if (/^\d*(?:>>|>&|<&|>|<)/.test(rest)) {
      rest = rest.replace(/^\d*(?:>>|>&|<&|>|<)[ \t]*/, '')
      skipNext = DROPPED
    } else if (OPERATORS.test(rest)) {
      end()
      rest = rest.replace(OPERATORS, '')
    } else {
      const [word, length] = readWord(rest)
      rest = rest.slice(length)
      if (skipNext !== DROPPED) words.push(word)
      skipNext = undefined
    }
  }
  end()
  return commands
}

/** One word with its quotes taken off; returns it and how many characters it took. */
const readWord = (text: string): [word: string, length: number] => {
  let word = ''
  let i = 0
  while (i < text.length) {
    const char = text[i] ?? ''
    if (char === "'") {
      const close = text.indexOf("'", i + 1)
      const until = close < 0 ? text.length : close
      word += text.slice(i + 1, until)
      i = until + 1
    } else if (char === '"') {
      for (i++; i < text.length && text[i] !== '"'; i++) {
        if (text[i] === '\\' && /["\\$`]/.test(text[i + 1] ?? '')) i++
        word += text[i]
      }
      i++
    } else if (char === '\\') {
      word += text[i + 1] ?? ''
      i += 2
    } else if (char === '$' && (text[i + 1] === '(' || text[i + 1] === '{')) {
      const length = expansionLength(text.slice(i))
      word += text.slice(i, i + length)
      i += length
    } else if (/[\s;|&(){}<>]/.test(char)) break
    else {
      word += char
      i++
    }
  }
  return [word, Math.max(i, 1)]
}

const expansionLength = (text: string): number => {
  let depth = 0
  for (let i = 1; i < text.length; i++) {
    if ('({'.includes(text[i] ?? '')) depth++
    if (')}'.includes(text[i] ?? '') && --depth === 0) return i + 1
  }
  return text.length
}

const withAssignments = (words: string[]): ShellCommand => {
  const assignments: [string, string][] = []
  let i = words[0] === 'export' ? 1 : 0
  for (; i < words.length; i++) {
    const match = ASSIGNMENT.exec(words[i] ?? '')
    if (!match) break
    assignments.push([match[1] ?? '', match[2] ?? ''])
  }
  return { words: words.slice(i), assignments }
}
