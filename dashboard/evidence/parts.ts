import type { Evidence } from '../../shared/evidence/evidence.ts'

/** One thing that was read from a node, in lines; everything in it is hostile text. */
export type Part = {
  kind: 'process' | 'environment' | 'config-file' | 'manifest' | 'ps' | 'apiserver'
  /** Of the process that it belongs to. */
  pid?: number
  path?: string
  /** The program, where it is not etcd itself. */
  name?: string
  lines: string[]
  /** Why lines are missing, in words. */
  notes: string[]
}

const UNREADABLE = 'It could not be read.'
const CUT = 'It was cut on the node.'

/** Evidence as a person reads it: every argument, variable, and line of a file by itself. Pure. */
export const partsOf = (evidence: Evidence): Part[] => [
  ...(evidence.processes ?? []).flatMap(processParts),
  ...(evidence.embeddedEtcds ?? []).map(({ pid, name, configFile }) =>
    filePart('config-file', configFile, { ...placed(pid), ...(name !== undefined && { name }) }),
  ),
  ...(evidence.manifests ?? []).map((manifest) => filePart('manifest', manifest, {})),
  ...(evidence.apiservers ?? []).map(({ pid, name, etcdServers, truncated }) => ({
    ...{ kind: 'apiserver' as const, ...placed(pid), ...(name !== undefined && { name }) },
    lines: etcdServers ?? [],
    notes: notesOf(etcdServers === null ? 'Its command line names no etcd.' : undefined, truncated),
  })),
  ...(evidence.psOutput ? [{ kind: 'ps' as const, lines: linesOf(evidence.psOutput), notes: [] }] : []),
]

type Process = NonNullable<Evidence['processes']>[number]

const processParts = ({ pid, argv, environ, configFile, truncated }: Process): Part[] => [
  {
    ...{ kind: 'process', ...placed(pid), lines: argv ?? [] },
    notes: notesOf(argv === null ? UNREADABLE : undefined, truncated),
  },
  ...(environ === undefined
    ? []
    : [
        {
          ...{ kind: 'environment' as const, ...placed(pid), lines: environ ?? [] },
          notes: notesOf(environ === null ? UNREADABLE : undefined, truncated),
        },
      ]),
  ...(configFile ? [filePart('config-file', configFile, placed(pid))] : []),
]

type File = { path: string; content: string | null; truncated?: boolean | undefined }

const filePart = (kind: Part['kind'], file: File, more: Pick<Part, 'pid' | 'name'>): Part => ({
  ...{ kind, ...more, path: file.path },
  lines: file.content === null ? [] : linesOf(file.content),
  notes: notesOf(file.content === null ? UNREADABLE : undefined, file.truncated),
})

const placed = (pid: number | undefined): { pid?: number } => (pid === undefined ? {} : { pid })

const notesOf = (first: string | undefined, truncated: boolean | undefined): string[] => [
  ...(first === undefined ? [] : [first]),
  ...(truncated ? [CUT] : []),
]

/** The end of the last line is no line of its own. */
const linesOf = (text: string): string[] => text.replace(/\r?\n$/, '').split(/\r?\n/)
