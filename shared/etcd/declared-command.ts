import { baseName } from './names.ts'
import { ASSIGNMENT, type ShellCommand, splitShellScript } from './shell-script.ts'

type Container = { command: string[]; args: string[]; image: string; variables: ReadonlyMap<string, string> }
type Found = {
  argv: string[]
  /** Variables that a script sets for etcd. */
  assignments: [string, string][]
  sourcesFiles: boolean
  unresolved?: string
}

const SHELLS = new Set(['sh', 'bash', 'dash', 'ash'])
/** Programs that only start another one. */
const WRAPPERS = new Set(
  'exec nice ionice env timeout tini dumb-init go-runner kube-log-runner taskset chrt numactl setpriv gosu su-exec nohup setsid catatonit'.split(
    ' ',
  ),
)
/** Words of the shell's grammar that stand before a command. */
const KEYWORDS = new Set(['if', 'then', 'elif', 'else', 'while', 'until', 'do', '!', 'time'])
/** Flags whose unresolved value would leave the verdict open. */
const DECIDING = /^--?(?:peer-)?(?:auto-tls|client-cert-auth|config-file)=/
const EXPANSION = /\$(?:[A-Za-z_@*#?0-9]|[({])|`/

/** The etcd command line of a container, through shells and wrappers; undefined where it runs something else. */
export const declaredCommand = ({ command, args, image, variables }: Container): Found | undefined => {
  const words = [...command, ...args].map((word) => expandKubernetes(word, variables))
  const runsImageDefault = command.length === 0 && baseName(image.replace(/[@:].*$/, '')) === 'etcd'
  if (runsImageDefault && (words.length === 0 || words[0]?.startsWith('-')))
    return checked(['etcd', ...words], [], false)
  if (SHELLS.has(baseName(words[0] ?? ''))) return fromShell(words, variables)
  const etcd = unwrap(words)
  return etcd && checked(etcd.argv, etcd.assignments, false, etcd.doubt)
}

type Unwrapped = { argv: string[]; assignments: [string, string][]; doubt?: string }

/** What stands between a wrapper and its program without being one: options, numbers, durations, masks, variables. */
const NO_PROGRAM = /^(?:-|--.*|-[^0-9].*|[-+]?(?:0x[0-9a-f]+|[\d.,]+)[smhd]?|[A-Za-z_]\w*=.*)$/is
/** Wrappers whose first word is a user. */
const TAKES_USER = new Set(['gosu', 'su-exec'])

/**
 * The words from the etcd on, where the command is etcd or a wrapper around it; `env A=b etcd` also sets variables.
 * A path such as /var/lib/etcd behind another program is no etcd; where a word may be an option's value or the
 * program, `doubt` holds it.
 */
const unwrap = (words: readonly string[]): Unwrapped | undefined => {
  const start = words.findIndex((word) => !KEYWORDS.has(word))
  let at = start
  while (WRAPPERS.has(baseName(words[at] ?? ''))) {
    at += TAKES_USER.has(baseName(words[at] ?? '')) ? 2 : 1
    while (NO_PROGRAM.test(words[at] ?? '')) at++
  }
  if (baseName(words[at] ?? '') === 'etcd')
    return { argv: words.slice(at), assignments: assignmentsIn(words.slice(start, at)) }
  const later = words.findIndex((word, i) => i > at && !word.startsWith('-') && baseName(word) === 'etcd')
  const mayBeValue = at > start && /^-[^=]*$/.test(words[at - 1] ?? '') && !/^-\d+$/.test(words[at - 1] ?? '')
  if (later < 0 || !mayBeValue) return undefined
  return {
    argv: words.slice(later),
    assignments: assignmentsIn(words.slice(start, later)),
    doubt: words[at] ?? '',
  }
}

const assignmentsIn = (words: readonly string[]): [string, string][] =>
  words.flatMap((word): [string, string][] => {
    const match = ASSIGNMENT.exec(word)
    return match ? [[match[1] ?? '', match[2] ?? '']] : []
  })

const fromShell = (words: readonly string[], variables: ReadonlyMap<string, string>): Found | undefined => {
  const flag = words.findIndex((word) => /^-[a-z]*c[a-z]*$/.test(word))
  if (flag < 0) return undefined
  const known = new Map(variables)
  const assigned = new Map<string, string>()
  let sourcesFiles = false
  let found: { argv: string[]; prefix: [string, string][]; doubt: string | undefined } | undefined
  for (const shellCommand of splitShellScript(words[flag + 1] ?? '')) {
    const { words: plain, assignments } = expandCommand(shellCommand, known)
    if (plain.length === 0)
      for (const [name, value] of assignments) {
        assigned.set(name, value)
        known.set(name, value)
      }
    if (plain[0] === '.' || plain[0] === 'source') sourcesFiles = true
    const etcd = unwrap(plain)
    // Scripts run helpers (`etcd --version`) before the server: the last one is what stays.
    if (etcd) found = { argv: etcd.argv, prefix: [...assignments, ...etcd.assignments], doubt: etcd.doubt }
  }
  return found && checked(found.argv, [...assigned, ...found.prefix], sourcesFiles, found.doubt)
}

const expandCommand = (command: ShellCommand, known: ReadonlyMap<string, string>): ShellCommand => {
  const expand = (word: string): string =>
    word.replace(
      /\$(?:\{([A-Za-z_]\w*)\}|([A-Za-z_]\w*))/g,
      (whole, braced?: string, bare?: string) => known.get(braced ?? bare ?? '') ?? whole,
    )
  return {
    words: command.words.map(expand),
    assignments: command.assignments.map(([name, value]) => [name, expand(value)]),
  }
}

const checked = (
  argv: string[],
  assignments: [string, string][],
  sourcesFiles: boolean,
  doubt?: string,
): Found => {
  // A word that is nothing but an expansion may become any flag, or several.
  const expanded = argv
    .slice(1)
    .find((word, i) => EXPANSION.test(word) && (isBareWord(word, argv[i]) || DECIDING.test(word)))
  const unresolved = doubt ?? expanded
  return { argv, assignments, sourcesFiles, ...(unresolved === undefined ? {} : { unresolved }) }
}

const isBareWord = (word: string, before: string | undefined): boolean =>
  /^[`$]/.test(word) && !(before?.startsWith('-') && !before.includes('='))

/** `$(NAME)` becomes the variable's value where the manifest holds it; `$$` is an escaped `$`. */
export const expandKubernetes = (text: string, variables: ReadonlyMap<string, string>): string =>
  text.replace(/\$\$|\$\(([^()]+)\)/g, (whole, name: string | undefined) =>
    name === undefined ? '$' : (variables.get(name) ?? whole),
  )
