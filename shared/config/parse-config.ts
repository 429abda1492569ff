import { type CheckedYaml, checkedYaml } from './checked-yaml.ts'
import { ConfigError } from './config-error.ts'
import { EXECUTION_TIMEOUT_SECONDS, type ScannerConfig, scannerConfigSchema } from './scanner-config.ts'

type File = CheckedYaml<ScannerConfig>

/**
 * Reads the text of a `fleet-scanner.yaml`. `fileName` only stands in messages; `rules` are the ids of the rules that
 * there are: without them, ids of rules are not checked. Throws ConfigError for the first thing that is wrong, with its
 * line.
 */
export const parseConfig = (text: string, fileName: string, rules?: string[]): ScannerConfig => {
  const opening = 'begin with `targets:` and list what to scan'
  const file = checkedYaml(text, fileName, scannerConfigSchema, opening)
  checkTargets(file)
  checkTimes(file)
  checkRoutes(file)
  checkSecurityHub(file)
  checkRules(file, rules)
  return file.data
}

/** Where the scanner is to run. Throws ConfigError where the file does not say so. */
export const homeOf = ({ home }: ScannerConfig, fileName: string): { account: string; region: string } => {
  if (home !== undefined) return home
  throw new ConfigError(
    fileName,
    undefined,
    '`home` is missing, and needed to deploy; add where the scanner runs: `home: { account: 111122223333, region: eu-west-1 }`',
  )
}

/** An account and region may stand once: two inventories of one place would each report the other's nodes as gone. */
const checkTargets = ({ data, problemAt }: File): void => {
  const seen = new Set<string>()
  data.targets.forEach(({ account, organizationalUnits = [], regions }, t) => {
    const places = account === undefined ? organizationalUnits : [account]
    const what = account === undefined ? 'organizational unit' : 'account'
    regions.forEach((region, r) => {
      for (const place of places) {
        const key = `${place} ${region}`
        if (seen.has(key))
          throw problemAt(
            ['targets', t, 'regions', r],
            `${what} ${place} and region ${region} stand here a second time; list all sets of tags under \`selectors\` of one target`,
          )
        seen.add(key)
      }
    })
  })
}

/** A command that outlives the scan would run on an offline node hours later. */
const checkTimes = ({ data, problemAt }: File): void => {
  const { deadlineMinutes, commandTimeoutSeconds, poll } = data
  const most = deadlineMinutes * 60 - EXECUTION_TIMEOUT_SECONDS
  if (commandTimeoutSeconds > most)
    throw problemAt(
      ['commandTimeoutSeconds'],
      `\`commandTimeoutSeconds\` must end before the deadline: at most ${most} with \`deadlineMinutes: ${deadlineMinutes}\``,
    )
  if (poll.longestSeconds < poll.firstSeconds)
    throw problemAt(
      ['poll'],
      `\`poll.longestSeconds\` must be at least \`poll.firstSeconds\`, which is ${poll.firstSeconds}`,
    )
}

/** A route's name tells its messages apart, so it stands once. */
const checkRoutes = ({ data, problemAt }: File): void => {
  const seen = new Set<string>()
  data.routes.forEach(({ name }, r) => {
    if (seen.has(name))
      throw problemAt(
        ['routes', r, 'name'],
        `route ${name} stands here a second time; give it another name, or put its destinations into one`,
      )
    seen.add(name)
  })
}

/** A role's name has at most 64 characters, and the longest ending is put behind it only where it is wanted. */
const checkSecurityHub = ({ data, problemAt }: File): void => {
  if (data.securityHub === undefined) return
  const most = 64 - '-security-hub'.length
  data.targets.forEach(({ role }, t) => {
    if ((role.split('/').at(-1) ?? '').length > most)
      throw problemAt(
        ['targets', t, 'role'],
        `\`targets[${t}].role\` must be at most ${most} characters with \`securityHub\`, since -security-hub is put behind it`,
      )
  })
}

/** A misspelt id would leave a rule on, or a severity as it is, without a word. */
const checkRules = ({ data, problemAt }: File, rules: string[] | undefined): void => {
  const off = new Set<string>()
  data.rulesOff.forEach((rule, r) => {
    if (off.has(rule)) throw problemAt(['rulesOff', r], `${rule} stands here a second time; remove it`)
    off.add(rule)
  })
  if (rules === undefined) return
  const ids = rules.join(', ')
  data.rulesOff.forEach((rule, r) => {
    if (!rules.includes(rule)) throw problemAt(['rulesOff', r], `there is no rule ${rule}; there are ${ids}`)
  })
  data.severities.forEach(({ rule }, s) => {
    if (!rules.includes(rule))
      throw problemAt(['severities', s, 'rule'], `there is no rule ${rule}; there are ${ids}`)
  })
  if (rules.every((rule) => off.has(rule)))
    throw problemAt(['rulesOff'], 'switches every rule off, and nothing is left to judge by; leave one on')
}
