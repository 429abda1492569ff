import { plainText } from './plain-text.ts'
import { COLUMNS } from './wrapped.ts'

/** A name from outside stays recognisable at this length, and its command on a line or two. */
const LONGEST_NAME = 64

/** One word of a shell command, whatever is in it. */
const shellWord = (text: string): string => {
  const plain = plainText(text, LONGEST_NAME)
  return /^[\w./:-]+$/.test(plain) ? plain : `'${plain.replaceAll("'", `'\\''`)}'`
}

/**
 * The command that shows an instance's history, safe to paste into a shell.
 * @param place the options that lead to the table: `--local`, or `--stack NAME`
 */
export const historyCommand = (place: string, instanceId: string): string =>
  `fleet-scanner history ${place} --instance ${shellWord(instanceId)}`

/** The command that lists every change since a scan opened (ISO 8601). */
export const changesCommand = (place: string, openedAt: string): string =>
  `fleet-scanner history ${place} --since ${openedAt}`

/** The command that lists everything that is open. */
export const openCommand = (place: string): string => `fleet-scanner findings ${place} --status FAIL,ERROR`

/** `--local`, with the folder where it is not the usual one. */
export const localPlace = (dataDir: string): string =>
  dataDir === '.fleet-scanner' ? '--local' : `--local --data '${dataDir.replaceAll("'", `'\\''`)}'`

/**
 * A command in lines of at most 76 characters, broken as a shell takes it; none where a word is too long for that: no
 * instance of EC2 has such a name, and half a command is worse than none.
 */
export const commandLines = (command: string, indent: string): string[] => {
  const lines: string[] = []
  let line = indent
  const parts = command.split(/ (?=--)/)
  for (const [i, part] of parts.entries()) {
    const longer = line === indent ? indent + part : `${line} ${part}`
    const room = i === parts.length - 1 ? COLUMNS : COLUMNS - ' \\'.length
    if (line !== indent && longer.length > room) {
      lines.push(`${line} \\`)
      line = `${indent}  ${part}`
    } else line = longer
  }
  const all = [...lines, line]
  return all.every((each) => [...each].length <= COLUMNS) ? all : []
}
