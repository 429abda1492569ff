import type { Resolution } from '../etcd/configuration.ts'
import { readManifest } from '../etcd/manifest.ts'
import { baseName, minorNamedBy } from '../etcd/names.ts'
import { readPsText } from '../etcd/ps-text.ts'
import { type EtcdInput, resolveConfigFile, resolveEtcd } from '../etcd/resolve.ts'
import type { EmbeddedEvidence, Evidence, ManifestEvidence, ProcessEvidence } from '../evidence/evidence.ts'
import { absenceOf } from './absence.ts'
import type { Facts, Subject } from './subject.ts'

/** Everything that rules need to know of a host, from its evidence. Pure. */
export const factsOf = (evidence: Evidence): Facts => {
  const processes = evidence.processes?.filter(mayBeEtcd)
  const subjects = processes?.map(processSubject) ?? []
  const isServer = (one: Subject): boolean => one.resolution.kind !== 'not-a-server'
  const servers = subjects.filter(isServer)
  const fromPs = evidence.psOutput ? psSubjects(evidence.psOutput).filter(isServer) : []
  const transient = subjects.some(
    ({ resolution }) => resolution.kind === 'not-a-server' && resolution.mode === 'prints-and-exits',
  )

  const embedded = evidence.embeddedEtcds?.map(embeddedSubject) ?? []
  const running = ((): Facts['running'] => {
    if (evidence.processes === null || evidence.embeddedEtcds === null) return { kind: 'unreadable' }
    if (processes || embedded.length > 0) return { kind: 'seen', servers: [...servers, ...embedded] }
    if (evidence.psOutput === null) return { kind: 'unreadable' }
    return evidence.psOutput === undefined ? { kind: 'not-looked-for' } : { kind: 'seen', servers: fromPs }
  })()
  const manifests = evidence.manifests ?? []
  const declared: Facts['declared'] =
    evidence.manifests === null
      ? { kind: 'unreadable' }
      : {
          kind: 'seen',
          etcds: manifests.flatMap((one) => manifestSubjects(one, evidence.processes ?? []).filter(isServer)),
        }
  const absence = absenceOf(evidence, transient)
  return {
    running,
    declared,
    partialView: evidence.view === 'partial',
    cutParts: evidence.truncatedParts ?? [],
    contradiction: processes !== undefined && servers.length + embedded.length === 0 && fromPs.length > 0,
    ...(absence ? { absence } : {}),
  }
}

/** The list holds candidates only; what is surely another program is left out. */
const mayBeEtcd = ({ argv, exe }: ProcessEvidence): boolean => {
  const name = argv?.[0] === undefined ? undefined : baseName(argv[0])
  return name === undefined || name === 'etcd' || exe == null || baseName(exe) === 'etcd'
}

const processSubject = (process: ProcessEvidence): Subject => ({
  origin: 'process',
  pid: process.pid,
  path: process.configFile?.path,
  commandLine: process.argv?.join(' ') ?? '',
  resolution: resolveProcess(process),
})

const resolveProcess = ({ argv, exe, environ, configFile, truncated }: ProcessEvidence): Resolution => {
  if (!argv || argv.length === 0)
    return { kind: 'gap', code: 'PROCESS_UNREADABLE', message: 'its command line could not be read' }
  if (truncated) return { kind: 'gap', code: 'EVIDENCE_TRUNCATED', message: 'its evidence was cut' }
  return resolveEtcd({
    argv,
    environ: environ ?? null,
    configFile: configFile ?? undefined,
    fidelity: 'exact',
    minor: minorNamedBy(exe ?? '') ?? minorNamedBy(argv[0] ?? ''),
  })
}

const embeddedSubject = ({ pid, name, configFile }: EmbeddedEvidence): Subject => ({
  origin: 'embedded',
  pid,
  name: name ?? 'another program',
  path: configFile.path,
  commandLine: '',
  resolution: resolveConfigFile(configFile.path, configFile),
})

const psSubjects = (text: string): Subject[] =>
  readPsText(text).map(({ pid, argv, text: commandLine, cut }) => ({
    origin: 'ps',
    pid,
    commandLine,
    cut,
    resolution: resolveEtcd({ argv, environ: null, fidelity: 'text', minor: minorNamedBy(argv[0] ?? '') }),
  }))

const manifestSubjects = (manifest: ManifestEvidence, processes: readonly ProcessEvidence[]): Subject[] => {
  const { path, content, truncated } = manifest
  const unreadable = (
    code: 'MANIFEST_UNREADABLE' | 'MANIFEST_TRUNCATED' | 'MANIFEST_INVALID',
    message: string,
  ): Subject[] => [{ origin: 'manifest', path, commandLine: '', resolution: { kind: 'gap', code, message } }]
  if (content === null) return unreadable('MANIFEST_UNREADABLE', 'it could not be read')
  if (truncated) return unreadable('MANIFEST_TRUNCATED', 'it was cut')
  const read = readManifest(content)
  if (read.kind === 'invalid') return unreadable('MANIFEST_INVALID', read.message)
  return read.etcds.map((etcd) => {
    const resolution = resolveEtcd({
      argv: etcd.argv,
      environ: etcd.environ,
      configFile: sameFile(etcd.argv, processes),
      fidelity: 'text',
      minor: etcd.minor,
    })
    return {
      origin: 'manifest',
      path,
      commandLine: etcd.argv.join(' '),
      resolution:
        etcd.unresolved === undefined
          ? resolution
          : {
              kind: 'gap',
              code: 'SETTINGS_UNRESOLVED',
              message: `the manifest does not show what ${etcd.unresolved} becomes`,
            },
      notStatic: !read.isPod,
    }
  })
}

/** A declared etcd reads the config file that a running one was seen to use, where both name the same path. */
const sameFile = (
  argv: readonly string[],
  processes: readonly ProcessEvidence[],
): EtcdInput['configFile'] => {
  const uses = (process: ProcessEvidence, path: string): boolean =>
    [...(process.argv ?? []), ...(process.environ ?? [])].some((word) => names(word, path))
  return (
    processes.find((process) => {
      const path = process.configFile?.path
      return path !== undefined && uses(process, path) && argv.some((word) => names(word, path))
    })?.configFile ?? undefined
  )
}

const names = (word: string, path: string): boolean => word === path || word.endsWith(`=${path}`)
