import { apiCost, bucketCost, costTable, PRICES, USE } from './cost.ts'

const { measured, assumed, customMetrics, alarmMetrics } = USE
const { operations, writeUnits } = measured

/** docs/cost.md. */
export const costPage = (): string => `# Cost

<!-- Made by \`npm run docs\` from scripts/cost.ts. -->

US dollars a month, in us-east-1, without free tiers, once the 400 days of history are full.
A target is one account and region.

${costTable()}

**Check it before you rely on it.** The prices were looked up on 2026-11-25, in part from what others quote of AWS's pricing pages,
and nothing of this has run on AWS: what is called *assumed* below is a careful guess. AWS Cost Explorer, by the tag or the services
of the stack, shows what it is. To reckon with your own numbers, change them in \`scripts/cost.ts\` and run \`node scripts/cost.ts\`.

Free: Systems Manager's inventory and Run Command on EC2 instances, EC2's API, EventBridge Scheduler (14 million starts), and
SNS as used here (a message a scan and route at most; 1,000 emails, then two dollars for 100,000). Not in it: a secret for each Slack
webhook (0.40), data between regions (some KB a command), and changes: a first scan writes some 30 units an instance
(assumed), which for 10,000 instances is about 20 cents.

## What is there only where it is asked for

Without its key each of these costs nothing.

| key | what | a month |
| --- | --- | --- |
| \`api\` | nobody asks: ${USE.alarmMetricsOfApi} alarms | ${apiCost(0).toFixed(2)} |
| \`api\` | 1,000 questions a day | ${apiCost(30_000).toFixed(2)} |
| \`evidenceBucket\` | 1,000 instances, daily scans, after five years | ${bucketCost({ instances: 1000, targets: 4, scansPerMonth: 30 }, 5).toFixed(2)} |
| \`evidenceBucket\` | 10,000 instances, hourly scans, after five years | ${bucketCost({ instances: 10_000, targets: 20, scansPerMonth: 730 }, 5).toFixed(2)} |
| \`securityHub\` | the role | 0.00 |
| \`securityHub\` | each finding that is sent, beyond 10,000 an account, region and month | ${plain(PRICES.hubFinding)} |

A question is taken to last ${assumed.secondsPerQuestion} s, and to read ${assumed.readUnitsPerQuestion} units; a seal to have ${assumed.kbPerSeal} KB, and ${assumed.kbPerInstanceSealed} KB an instance (all assumed).
Scans that change much write more. Unchanged findings are sent to Security Hub once in some weeks, so that they do not expire there.

## The formula

| what | how much |
| --- | --- |
| commands | one for ${measured.instancesPerCommand} instances, at least one a target |
| durable operations a scan (measured) | ${operations.scan} + ${operations.target} x targets + ${operations.command} x commands; looks for answers are added in case they count: ${measured.pollsPerCommand} x commands |
| write units a scan (measured) | ${writeUnits.scan} + ${writeUnits.target} x targets + ${writeUnits.instance} x instances |
| read units a scan (assumed) | ${assumed.readUnitsPerInstance} x instances |
| invocations of run-scan (assumed) | ${assumed.invocationsPerTarget} x targets + ${measured.pollsPerCommand} x commands, ${assumed.secondsPerInvocation} s each |
| invocations of parse-results | one a command, 1 s + ${assumed.secondsPerInstanceJudged} s x instances (assumed) |
| memory | ${USE.runScanGb} GB for run-scan, ${USE.parseResultsGb.toFixed(2)} GB for parse-results |
| table (assumed) | ${assumed.kbPerInstance} KB an instance, and ${assumed.kbPerInstanceAndScan} KB an instance and scan, kept for ${assumed.retentionMonths} months |
| logs (assumed) | ${assumed.kbLogPerScan} KB a scan, ${assumed.kbLogPerInvocation} KB an invocation |
| metrics | ${customMetrics} of the scanner's own, paid by the hour in which a scan writes them; ${alarmMetrics} in alarms; one dashboard |

*Measured* is what \`test/budget\` counts on a fleet in which nothing has changed since the scan before.

| price | US dollars |
| --- | --- |
${Object.entries(PRICES)
  .map(([name, price]) => `| ${PRICE_NAMES[name as keyof typeof PRICES]} | ${plain(price)} |`)
  .join('\n')}

## What makes it dear

- **CloudWatch, in a small fleet.** The dashboard and the alarms cost the same for ten instances as for ten thousand. An account
  has three dashboards and ten alarms free.
- **Hourly scans.** The scanner's own metrics are then paid for every hour, and each instance's share of each scan's record is
  kept. \`retention.historyDays\` shortens that.
- **Many small targets.** An empty account and region costs ${operations.target} operations and ${writeUnits.target} write units a scan.
`

const plain = (price: number): string => price.toFixed(10).replace(/\.?0+$/, '')

const PRICE_NAMES: Record<keyof typeof PRICES, string> = {
  gbSecond: 'Lambda on arm64, a GB-second',
  request: 'Lambda, a request',
  durableOperation: 'durable functions, an operation',
  durableGbWritten: 'durable functions, a GB written',
  durableGbMonth: 'durable functions, a GB retained for a month',
  writeUnit: 'DynamoDB on demand, a write request unit',
  readUnit: 'DynamoDB on demand, a read request unit',
  tableGbMonth: 'DynamoDB, a GB and month',
  recoveryGbMonth: 'DynamoDB, point-in-time recovery, a GB and month',
  customMetric: 'CloudWatch, a custom metric and month',
  alarmMetric: 'CloudWatch, a metric of an alarm and month',
  dashboard: 'CloudWatch, a dashboard and month',
  logGb: 'CloudWatch Logs, a GB taken in',
  key: 'KMS, a key and month',
  keyRequest: 'KMS, a request',
  apiRequest: 'API Gateway, a request to an HTTP API',
  upload: 'S3, an upload',
  bucketGbMonth: 'S3, a GB and month',
  hubFinding: 'Security Hub, a finding taken in beyond the free ones',
}
