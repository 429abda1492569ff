import type { SettingSource } from '../findings/finding.ts'
import { type Given, parseCommandLine } from './command-line.ts'
import { readConfigFile } from './config-file.ts'
import { DEFAULTS, type GapCode, type Resolution, type SettingName, type Settings } from './configuration.ts'
import { effectOf, whyNotStarting } from './effect.ts'
import { readEnvironment, settingsFromEnvironment } from './environment.ts'
import type { Minor } from './flags.ts'
import { type Fidelity, parseBool } from './go-values.ts'
import { baseName } from './names.ts'

export type EtcdInput = {
  /** With argv[0]. */
  argv: readonly string[]
  /** Raw entries; null: not seen. */
  environ: readonly string[] | null
  /** The file that etcd would choose; undefined: not looked for; `content` null: unreadable. */
  configFile?: { path: string; content: string | null; truncated?: boolean | undefined } | undefined
  fidelity: Fidelity
  minor?: Minor | undefined
}

/** Up to here ETCD_CONFIG_FILE is not read. */
const LAST_WITHOUT_CONFIG_VARIABLE: Minor = 303

/** What an etcd with this command line, environment and config file does. Pure. */
export const resolveEtcd = ({ argv, environ, configFile, fidelity, minor }: EtcdInput): Resolution => {
  const mode = argv[1]
  if (mode === 'gateway' || mode === 'grpc-proxy') return { kind: 'not-a-server', mode }
  const line = parseCommandLine(argv.slice(1), fidelity, minor)
  if (line.kind === 'refused') return line
  if (line.kind === 'prints-and-exits') return { kind: 'not-a-server', mode: line.kind }
  const flagsGiven: ReadonlySet<string> = new Set(line.given.keys())

  const variables = environ === null ? undefined : readEnvironment(environ)
  const readsVariable = minor === undefined || minor > LAST_WITHOUT_CONFIG_VARIABLE
  const fromVariable = readsVariable ? variables?.get('ETCD_CONFIG_FILE') : undefined
  const configPath = line.given.get('config-file')?.value || fromVariable || ''
  if (configPath !== '') {
    return resolveConfigFile(configPath, configFile, flagsGiven, minor)
  }

  const settings: Settings = { ...DEFAULTS }
  apply(settings, line.given, 'flag')
  if (variables) {
    const environment = settingsFromEnvironment(variables, flagsGiven, fidelity, minor)
    if (environment.kind === 'refused') return environment
    apply(settings, environment.given, 'environment')
  }
  const doubtful =
    line.doubtfulValue === undefined ? undefined : `etcd would not accept ${line.doubtfulValue}`
  return resolved(settings, {
    flagsGiven,
    environmentUnseen: variables === undefined,
    whyNot: doubtful ?? whyNotStarting(settings, false),
  })
}

/**
 * What an etcd does that takes all its settings from a config file.
 * @param configFile its text; undefined or with null content: it could not be read
 */
export const resolveConfigFile = (
  path: string,
  configFile: EtcdInput['configFile'],
  flagsGiven: ReadonlySet<string> = new Set(),
  minor?: Minor,
): Resolution => {
  // A collector reads the token that looks like the flag; etcd may take it for another flag's value.
  const isOther = configFile !== undefined && baseName(configFile.path) !== baseName(path)
  if (configFile === undefined || configFile.content === null || isOther)
    return gap('CONFIG_FILE_UNREADABLE', `its config file ${path} could not be read`)
  if (configFile.truncated) return gap('EVIDENCE_TRUNCATED', `its config file ${path} was cut`)
  const file = readConfigFile(configFile.content, minor)
  if (file.kind === 'refused') return file
  return resolved(file.settings, {
    flagsGiven,
    environmentUnseen: false,
    whyNot: whyNotStarting(file.settings, true),
  })
}

const gap = (code: GapCode, message: string): Resolution => ({ kind: 'gap', code, message })

const resolved = (
  settings: Settings,
  seen: { flagsGiven: ReadonlySet<string>; environmentUnseen: boolean; whyNot: string | undefined },
): Resolution => ({
  kind: 'resolved',
  settings,
  effect: effectOf(settings),
  flagsGiven: seen.flagsGiven,
  environmentUnseen: seen.environmentUnseen,
  ...(seen.whyNot === undefined ? {} : { wouldNotStart: seen.whyNot }),
})

/** The environment holds nothing that a flag has set: that was refused, or left out, when it was read. */
const apply = (settings: Settings, given: ReadonlyMap<string, Given>, source: SettingSource): void => {
  for (const name of Object.keys(DEFAULTS) as SettingName[]) {
    const entry = given.get(name)
    if (!entry) continue
    const value = typeof DEFAULTS[name].value === 'boolean' ? parseBool(entry.value) === true : entry.value
    Object.assign(settings, { [name]: { value, source, text: entry.text } })
  }
}
