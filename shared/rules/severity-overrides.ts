import type { SeverityOverride } from '../config/scanner-config.ts'
import type { Finding, Severity } from '../findings/finding.ts'

/** What of an instance an override may ask for. */
type Placed = { cluster?: string; tags: Record<string, string> }

/** Whether the override is of this instance's clusters and tags. */
const isFor = ({ clusters, tags }: SeverityOverride, instance: Placed): boolean =>
  (clusters === undefined || (instance.cluster !== undefined && clusters.includes(instance.cluster))) &&
  Object.entries(tags ?? {}).every(([key, value]) => instance.tags[key] === value)

/** Those that may be of use to any of these instances: what is sent along with them stays small. */
export const overridesFor = (overrides: SeverityOverride[], instances: Placed[]): SeverityOverride[] =>
  overrides.filter((override) => instances.some((instance) => isFor(override, instance)))

/** The severities of an instance's findings that are not the rules' own, by rule; of several overrides the first counts. */
export const severitiesOf = (
  instance: Placed,
  overrides: SeverityOverride[],
  rules: string[],
): Record<string, Severity> =>
  Object.fromEntries(
    rules.flatMap((id) => {
      const found = overrides.find((override) => override.rule === id && isFor(override, instance))
      return found ? [[id, found.severity]] : []
    }),
  )

export const withSeverity = (finding: Finding, severities: Record<string, Severity>): Finding => {
  const severity = severities[finding.ruleId]
  return severity === undefined ? finding : { ...finding, severity }
}
