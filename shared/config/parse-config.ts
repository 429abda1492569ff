import { type CheckedYaml, checkedYaml } from './checked-yaml.ts'
import { EXECUTION_TIMEOUT_SECONDS, type ScannerConfig, scannerConfigSchema } from './scanner-config.ts'

type File = CheckedYaml<ScannerConfig>

/**
 * Reads the text of a `fleet-scanner.yaml`. `fileName` only stands in messages.
 * Throws ConfigError for the first thing that is wrong, with its line.
 */
export const parseConfig = (text: string, fileName: string): ScannerConfig => {
  const opening = 'begin with `targets:` and list what to scan'
  const file = checkedYaml(text, fileName, scannerConfigSchema, opening, allowedAt)
  checkTargets(file)
  checkTimes(file)
  return file.data
}

const allowedAt = ([top]: readonly PropertyKey[]): string[] => {
  if (top === undefined) return Object.keys(scannerConfigSchema.shape)
  return top === 'poll'
    ? ['firstSeconds', 'longestSeconds']
    : Object.keys(scannerConfigSchema.shape.targets.element.shape)
}

/** An account and region may stand once: two inventories of one place would each report the other's nodes as gone. */
const checkTargets = ({ data, problemAt }: File): void => {
  const seen = new Set<string>()
  data.targets.forEach(({ account, regions }, t) => {
    regions.forEach((region, r) => {
      const key = `${account} ${region}`
      if (seen.has(key))
        throw problemAt(
          ['targets', t, 'regions', r],
          `account ${account} and region ${region} stand here a second time; list all sets of tags under \`selectors\` of one target`,
        )
      seen.add(key)
    })
  })
}

/** A command that outlives the scan would run on an offline node hours later. */
const checkTimes = ({ data, problemAt }: File): void => {
  const { deadlineMinutes, commandTimeoutSeconds } = data
  const most = deadlineMinutes * 60 - EXECUTION_TIMEOUT_SECONDS
  if (commandTimeoutSeconds > most)
    throw problemAt(
      ['commandTimeoutSeconds'],
      `\`commandTimeoutSeconds\` must end before the deadline: at most ${most} with \`deadlineMinutes: ${deadlineMinutes}\``,
    )
}
