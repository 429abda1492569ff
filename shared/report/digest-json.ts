import type { DigestContent } from './digest.ts'
import { DIGEST_GROUPS } from './digest-groups.ts'
import { historyCommand } from './digest-text.ts'
import { jsonLine } from './json.ts'
import { plainText } from './plain-text.ts'

/** The digest for programs: one line of JSON, with `<` and what turns or hides text escaped. */
export const digestJson = (content: DigestContent): string =>
  jsonLine({
    type: 'fleet-scanner.digest',
    schemaVersion: 1,
    scanId: content.scanId,
    at: content.at,
    baseline: content.baseline,
    ...(content.partial && { partial: content.partial }),
    subject: content.subject,
    coverage: content.coverage,
    ...(content.previous?.coverage && { previousCoverage: content.previous.coverage }),
    findings: content.findings,
    counts: Object.fromEntries(
      DIGEST_GROUPS.map((group) => [group, content.news.filter((each) => each.group === group).length]),
    ),
    changes: content.listed.map(({ group, change }) => ({
      group,
      account: change.account,
      region: change.region,
      instanceId: plainText(change.instanceId),
      ...(change.cluster !== undefined && { cluster: plainText(change.cluster) }),
      ruleId: change.ruleId,
      control: change.control,
      severity: change.severity,
      ...(change.from && { from: change.from }),
      to: change.to,
      reason: change.reason,
      message: plainText(change.message),
      since: change.at,
      ...(change.cause && { cause: change.cause }),
      ...(change.closed && { closed: change.closed }),
      history: historyCommand(change.instanceId),
    })),
    omitted: content.news.length - content.listed.length,
    targetErrors: content.targetErrors.slice(0, 10).map((error) => plainText(error)),
  })
