import type { Given } from './command-line.ts'
import type { Refusal } from './configuration.ts'
import { flagKind, flagOfVariable, type Minor } from './flags.ts'
import { type Fidelity, readValue } from './go-values.ts'

/** The variables that a Go process sees: of two entries with one name the first counts. */
export const readEnvironment = (entries: readonly string[]): Map<string, string> => {
  const variables = new Map<string, string>()
  for (const entry of entries) {
    const equals = entry.indexOf('=')
    if (equals > 0 && !variables.has(entry.slice(0, equals)))
      variables.set(entry.slice(0, equals), entry.slice(equals + 1))
  }
  return variables
}

/** From here on etcd refuses a setting given as a flag and as a variable; before, the flag wins. */
const CONFLICT_IS_FATAL: Minor = 304
/** Many images set ETCD_VERSION to a release; up to 3.4 that stops etcd, later ones take it out first. */
const VERSION_VARIABLE = 'ETCD_VERSION'
const LAST_TO_READ_IT: Minor = 304

export type FromEnvironment =
  | { kind: 'variables'; given: Map<string, Given> }
  | { kind: 'refused'; refusal: Refusal }

/**
 * What the variables set, where no config file is used. An empty variable sets nothing, but still
 * conflicts with its flag.
 */
export const settingsFromEnvironment = (
  variables: ReadonlyMap<string, string>,
  flagsGiven: ReadonlySet<string>,
  fidelity: Fidelity,
  minor?: Minor,
): FromEnvironment => {
  const given = new Map<string, Given>()
  let conflict: Refusal | undefined
  for (const [name, value] of variables) {
    const flag = flagOfVariable(name)
    const kind = flag === undefined ? undefined : flagKind(flag, minor)
    if (flag === undefined || kind === undefined) continue
    if (name === VERSION_VARIABLE && (minor ?? LAST_TO_READ_IT + 1) > LAST_TO_READ_IT) continue
    const text = `${name}=${value}`
    if (flagsGiven.has(flag)) {
      conflict ??= {
        code: 'FLAG_AND_VARIABLE_CONFLICT',
        message: `etcd refuses a setting given twice: --${flag} and ${name}`,
        text,
      }
    } else if (value !== '') {
      if (readValue(kind, value, fidelity) === 'refused')
        return {
          kind: 'refused',
          refusal: { code: 'VARIABLE_VALUE_INVALID', message: `etcd refuses the value of ${name}`, text },
        }
      given.set(flag, { value, text })
    }
  }
  if (conflict && (minor ?? CONFLICT_IS_FATAL) >= CONFLICT_IS_FATAL)
    return { kind: 'refused', refusal: conflict }
  return { kind: 'variables', given }
}
