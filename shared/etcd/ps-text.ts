import { linesOf } from './lines.ts'
import { baseName } from './names.ts'

/** One line of `ps` that shows an etcd. Boundaries of arguments are a guess: `ps` prints blanks between them. */
export type PsLine = {
  pid?: number
  argv: string[]
  text: string
  /** The line may have been cut at a screen's width. */
  cut: boolean
}

/** The layouts of `ps` that people pipe into grep; each ends with the command. */
const LAYOUTS: { pattern: RegExp; pid: number }[] = [
  // ps -ef: UID PID PPID C STIME TTY TIME CMD
  { pattern: /^\s*\S+\s+(\d+)\s+\d+\s+\d+\s+\S+\s+\S+\s+(?:\d+-)?\d+:\d\d(?::\d\d)?\s(.*)$/, pid: 1 },
  // ps aux: USER PID %CPU %MEM VSZ RSS TTY STAT START TIME COMMAND
  {
    pattern: /^\s*\S+\s+(\d+)\s+[\d.]+\s+[\d.]+\s+\d+\s+\d+\s+\S+\s+[A-Za-z]\S*\s+\S+\s+\d+:\d\d\s(.*)$/,
    pid: 1,
  },
  // BusyBox: PID USER TIME COMMAND, or PID USER VSZ STAT COMMAND
  { pattern: /^\s*(\d+)\s+\S+\s+\d+(?::\d\d|[hd]\d\d)\s+(.*)$/, pid: 1 },
  { pattern: /^\s*(\d+)\s+\S+\s+\d+[mg]?\s+[A-Z][A-Z<+]*\s+(.*)$/, pid: 1 },
]

/** Where COLUMNS=80 cuts, even into a pipe. */
const SCREEN_WIDTH = 80

/** No host runs so many: what comes after them counts as cut off. */
const MOST_ETCDS = 1_000

/** Reads the etcd lines of a process listing; lines that show other programs, headers or warnings are left out. */
export const readPsText = (text: string): PsLine[] => {
  const found: { line: string; pid?: number; argv: string[] }[] = []
  let widest = 0
  let asWide = 0
  let isCutOff = false
  for (const line of linesOf(text)) {
    if (line.length > widest) [widest, asWide] = [line.length, 0]
    if (line.length === widest) asWide++
    const { pid, command } = commandOf(line)
    const argv = command.trimEnd().split(' ')
    if (baseName(argv[0] ?? '') !== 'etcd') continue
    isCutOff = found.length === MOST_ETCDS
    if (isCutOff) break
    found.push({ line, argv, ...(pid !== undefined && { pid }) })
  }
  return found.map(({ line, ...rest }) => {
    const endsEarly = line.length === SCREEN_WIDTH || /(?:\.\.\.|…|>)$/.test(line)
    const cut = isCutOff || endsEarly || (line.length === widest && asWide > 1)
    return { ...rest, text: line.trim(), cut }
  })
}

const commandOf = (line: string): { pid?: number; command: string } => {
  for (const { pattern, pid } of LAYOUTS) {
    const match = pattern.exec(line)
    if (match) return { pid: Number(match[pid]), command: (match[2] ?? '').trimStart() }
  }
  // Arguments alone, as `ps -o args` prints them.
  return { command: line.trimStart() }
}
