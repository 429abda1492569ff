import type { Resolution } from '../etcd/configuration.ts'

/** One etcd to judge: a process, one built into another program, a line of `ps`, or what a manifest declares. */
export type Subject = {
  origin: 'process' | 'embedded' | 'ps' | 'manifest'
  pid?: number | undefined
  /** The program that an embedded etcd is built into. */
  name?: string
  /** The manifest's path, or that of the config file a process uses. */
  path?: string | undefined
  /** What a person would look at: the command line as it was seen. */
  commandLine: string
  resolution: Resolution
  /** The line may have been cut. */
  cut?: boolean
  /** A workload that the kubelet does not run as a static pod. */
  notStatic?: boolean
}

/** What the evidence says of one host, whatever the rule. */
export type Facts = {
  running: { kind: 'not-looked-for' } | { kind: 'unreadable' } | { kind: 'seen'; servers: Subject[] }
  declared: { kind: 'unreadable' } | { kind: 'seen'; etcds: Subject[] }
  /** Some process may have been hidden. */
  partialView: boolean
  /** Parts of the evidence that were cut at the source. */
  cutParts: string[]
  /** Why no etcd here is right: proof, in words; undefined without proof. */
  absence?: { reason: 'ETCD_ELSEWHERE' | 'NOT_A_CONTROL_PLANE'; message: string; text?: string }
  /** `ps` shows an etcd that the list of processes does not have. */
  contradiction: boolean
}
