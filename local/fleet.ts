import { readFile } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { type CheckedYaml, checkedYaml } from '../shared/config/checked-yaml.ts'
import { ConfigError } from '../shared/config/config-error.ts'
import type { Denied } from './denied.ts'
import { type FleetUnit, fleetSchema, type InstanceEntry } from './fleet-schema.ts'
import { readRecording } from './recording.ts'
import type { HubBehaviour } from './security-hub.ts'

/** What an instance of the embedded account does when a command reaches it, or why none does. */
export type InstanceSource =
  | { kind: 'this-machine' }
  /** An absolute path. */
  | { kind: 'recording'; path: string }
  | { kind: 'prints'; text: string }
  | { kind: 'offline' }
  | { kind: 'silent' }
  | { kind: 'unmanaged' }

export type FleetInstance = Pick<
  InstanceEntry,
  'id' | 'account' | 'region' | 'tags' | 'state' | 'exitCode' | 'delaySeconds'
> & {
  source: InstanceSource
  agentVersion?: string
}

/** A tag that every instance of a fleet file carries beside its own, so that a scan can select them all. */
export const FLEET_TAG = 'fleet-scanner:fleet'
export const FLEET_TAG_VALUE = 'local'

export type Fleet = {
  file: string
  instances: FleetInstance[]
  /** Entries that cannot be had here: this machine, where it is no Linux. */
  skipped: FleetInstance[]
  /** Calls that are refused. */
  denied: Denied[]
  /** Organizational units; without any the account is in no organization. */
  organization?: FleetUnit[]
  /** How Security Hub behaves; absent: it is on everywhere and takes everything. */
  securityHub?: HubBehaviour
}

/**
 * Reads a fleet file: the instances that exist in the embedded account.
 * Throws ConfigError (file, line, mend) for the first thing that is wrong in it, recordings included.
 */
export const loadFleet = async (file: string, platform: string = process.platform): Promise<Fleet> => {
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw new ConfigError(
      file,
      undefined,
      `cannot be read (${messageOf(cause)}); name an existing fleet file`,
    )
  })
  const opening = 'begin with `instances:` and list what exists'
  const checked = checkedYaml(text, file, fleetSchema, opening)
  const all = checked.data.instances.map((entry) => toInstance(entry, dirname(file)))
  checkUnique(all, checked)
  await checkRecordings(all, checked)
  const isHere = (instance: FleetInstance): boolean =>
    instance.source.kind !== 'this-machine' || platform === 'linux'
  return {
    file,
    instances: all.filter(isHere),
    skipped: all.filter((instance) => !isHere(instance)),
    denied: checked.data.denied,
    organization: checked.data.organization,
    ...(checked.data.securityHub && { securityHub: checked.data.securityHub }),
  }
}

const toInstance = (entry: InstanceEntry, folder: string): FleetInstance => {
  const { id, account, region, state, exitCode, delaySeconds, agentVersion } = entry
  const tags = { ...entry.tags, [FLEET_TAG]: FLEET_TAG_VALUE }
  return {
    ...{ id, account, region, tags, state, exitCode, delaySeconds, source: sourceOf(entry, folder) },
    ...(agentVersion !== undefined && { agentVersion }),
  }
}

const sourceOf = (entry: InstanceEntry, folder: string): InstanceSource => {
  if (entry.thisMachine) return { kind: 'this-machine' }
  if (entry.recording !== undefined) return { kind: 'recording', path: resolve(folder, entry.recording) }
  if (entry.prints !== undefined) return { kind: 'prints', text: entry.prints }
  if (entry.silent) return { kind: 'silent' }
  if (entry.unmanaged) return { kind: 'unmanaged' }
  return { kind: 'offline' }
}

const checkUnique = (instances: FleetInstance[], checked: CheckedYaml<unknown>): void => {
  const seen = new Set<string>()
  instances.forEach(({ account, region, id }, n) => {
    const key = `${account} ${region} ${id}`
    if (seen.has(key))
      throw checked.problemAt(
        ['instances', n, 'id'],
        `instance ${id} stands here a second time; give it another id`,
      )
    seen.add(key)
  })
}

const checkRecordings = async (instances: FleetInstance[], checked: CheckedYaml<unknown>): Promise<void> => {
  const readable = new Set<string>()
  for (const [n, { source }] of instances.entries()) {
    if (source.kind !== 'recording' || readable.has(source.path)) continue
    await readRecording(source.path).catch((cause: unknown) => {
      throw checked.problemAt(
        ['instances', n, 'recording'],
        `${messageOf(cause)}; mend it, or name another recording`,
      )
    })
    readable.add(source.path)
  }
}

const messageOf = (cause: unknown): string => (cause instanceof Error ? cause.message : String(cause))
