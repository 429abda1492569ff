import { type DigestMessage, messageOf } from './digest.ts'
import { historyCommand, openCommand } from './digest-command.ts'
import { coversOf } from './digest-covers.ts'
import { GROUP_WORDS } from './digest-groups.ts'
import { countsOf } from './digest-subject.ts'

const INSTANCE = 'i-0123456789abcdef0'
const RULE = { ruleId: 'etcd-auto-tls-disabled', control: '2.3', severity: 'high' as const }

/**
 * A message in the form of a digest that shows whether a route's messages arrive, and says of itself that it is a test.
 * Programs know it by `kind`. `at` in ISO 8601, UTC.
 * @param scanId names the test; no scan has it
 * @param place the options of a command that lead to the table
 */
export const sampleDigest = (scanId: string, route: string, at: string, place: string): DigestMessage =>
  messageOf({
    type: 'fleet-scanner.digest',
    schemaVersion: 2,
    digestId: `${scanId}/${route}`,
    ...{ scanId, route, at },
    kind: 'test',
    subject: 'fleet-scanner: this is a test',
    worst: 'FAIL',
    severity: RULE.severity,
    notes: [
      'Somebody has asked whether messages of this route arrive (fleet-scanner notify test). There is no such instance, and nothing is to be done.',
    ],
    coverage: { total: 1, assessed: 1, byState: { assessed: 1 } },
    findings: { FAIL: 1 },
    counts: countsOf([{ group: 'failing' }]),
    waived: 0,
    blocks: [
      {
        group: 'failing',
        heading: GROUP_WORDS.failing.heading,
        cluster: 'example',
        rules: [RULE],
        fix: 'Nothing: this is a test.',
        count: 1,
        lines: [
          {
            ...{ account: '123456789012', region: 'us-east-1', instanceId: INSTANCE, cluster: 'example' },
            ...{ rules: [RULE], to: 'FAIL', reason: 'AUTO_TLS_ENABLED', since: at, transitions: [] },
            message: 'a made-up failure, to show how one reads',
            history: historyCommand(place, INSTANCE),
          },
        ],
      },
    ],
    omitted: 0,
    more: openCommand(place),
    targetErrors: [],
    covers: coversOf([]),
  })
