/** What a scanner runs on. */
export type Fleet = { instances: number; targets: number; scansPerMonth: number }

/**
 * US dollars, region us-east-1, without free tiers, as found on 2026-11-25. Sources: the pricing pages of AWS Lambda,
 * Amazon DynamoDB, Amazon CloudWatch and AWS KMS, and what others quote of them; check them before you rely on them.
 */
export const PRICES = {
  /** Lambda on arm64, per GB-second and per request. */
  gbSecond: 0.0000133334,
  request: 0.2e-6,
  /** Durable functions: per operation, per GB written, per GB and month retained. */
  durableOperation: 8e-6,
  durableGbWritten: 0.25,
  durableGbMonth: 0.15,
  /** DynamoDB on demand: per write and read request unit; storage and point-in-time recovery per GB and month. */
  writeUnit: 0.625e-6,
  readUnit: 0.125e-6,
  tableGbMonth: 0.25,
  recoveryGbMonth: 0.2,
  /** CloudWatch, a month: a custom metric (by the hour in which it is written), a metric of an alarm, a dashboard. */
  customMetric: 0.3,
  alarmMetric: 0.1,
  dashboard: 3,
  logGb: 0.5,
  /** A customer-managed key, a month, and a request to it. */
  key: 1,
  keyRequest: 3e-6,
  /** What is there only where it is asked for: a request to an HTTP API; an upload to S3, and a GB and month there. */
  apiRequest: 1e-6,
  upload: 5e-6,
  bucketGbMonth: 0.023,
  /** Security Hub takes in 10,000 findings an account, region and month for nothing. */
  hubFinding: 0.00003,
}

/**
 * How much of each there is. `measured` is counted by test/budget, on a fleet in which nothing has changed since the
 * scan before; `assumed` could not be measured without AWS, and errs to the dear side.
 */
export const USE = {
  measured: {
    instancesPerCommand: 50,
    operations: { scan: 14, target: 6, command: 4 },
    writeUnits: { scan: 12, target: 2, instance: 0.155 },
    pollsPerCommand: 3,
  },
  assumed: {
    /** Of one invocation of run-scan, and of parse-results for one instance; a start from cold among them. */
    secondsPerInvocation: 1,
    secondsPerInstanceJudged: 0.05,
    /** Each look for answers is an invocation, and may count as an operation. */
    invocationsPerTarget: 6,
    kbPerOperation: 1,
    /** A state read as it stands, and its share of three lists. */
    readUnitsPerInstance: 1.5,
    /** State, findings, their history and evidence, with their places in the indexes. */
    kbPerInstance: 20,
    /** Its share of each scan's record, kept for the 400 days of retention. */
    kbPerInstanceAndScan: 0.15,
    retentionMonths: 13.2,
    kbLogPerInvocation: 4,
    kbLogPerScan: 8,
    keyRequestsPerScan: 100,
    /** Of one question to the API. */
    secondsPerQuestion: 0.3,
    readUnitsPerQuestion: 50,
    kbLogPerQuestion: 4,
    /** A seal, and each instance's share of it. */
    kbPerSeal: 4,
    kbPerInstanceSealed: 0.01,
  },
  /** From infra/scanner-stack.ts. */
  runScanGb: 1,
  parseResultsGb: 1769 / 1024,
  queryFindingsGb: 1,
  durableRetentionMonths: 1,
  /** From lambdas/run-scan/record-scan.ts and infra/alarm-specs.ts. */
  customMetrics: 25,
  alarmMetrics: 25,
  alarmMetricsOfApi: 3,
}

const HOURS_PER_MONTH = 730
const KB_PER_GB = 1024 * 1024

/** What each service costs in a month, in US dollars, once the retention is full. Changes cost more: see docs/cost.md. */
export const monthlyCost = (fleet: Fleet, prices = PRICES, use = USE) => {
  const { instances, targets, scansPerMonth: scans } = fleet
  const { measured, assumed } = use
  const commands = Math.max(targets, Math.ceil(instances / measured.instancesPerCommand))
  const operations =
    measured.operations.scan +
    measured.operations.target * targets +
    (measured.operations.command + measured.pollsPerCommand) * commands
  const runScans = assumed.invocationsPerTarget * targets + measured.pollsPerCommand * commands
  const gbSeconds =
    use.runScanGb * runScans * assumed.secondsPerInvocation +
    use.parseResultsGb * (commands + instances * assumed.secondsPerInstanceJudged)
  const writes =
    measured.writeUnits.scan + measured.writeUnits.target * targets + measured.writeUnits.instance * instances
  const durableGb = (operations * assumed.kbPerOperation) / KB_PER_GB
  const tableGb =
    (instances * (assumed.kbPerInstance + assumed.kbPerInstanceAndScan * scans * assumed.retentionMonths)) /
    KB_PER_GB
  const logGb = (assumed.kbLogPerScan + assumed.kbLogPerInvocation * (runScans + commands)) / KB_PER_GB
  const hoursWithMetrics = Math.min(HOURS_PER_MONTH, scans)
  return {
    lambda: scans * (gbSeconds * prices.gbSecond + (runScans + commands) * prices.request),
    durable:
      scans *
      (operations * prices.durableOperation +
        durableGb * (prices.durableGbWritten + prices.durableGbMonth * use.durableRetentionMonths)),
    dynamodb:
      scans * (writes * prices.writeUnit + instances * assumed.readUnitsPerInstance * prices.readUnit) +
      tableGb * (prices.tableGbMonth + prices.recoveryGbMonth),
    cloudwatch:
      use.customMetrics * prices.customMetric * (hoursWithMetrics / HOURS_PER_MONTH) +
      use.alarmMetrics * prices.alarmMetric +
      prices.dashboard +
      scans * logGb * prices.logGb,
    kms: prices.key + scans * assumed.keyRequestsPerScan * prices.keyRequest,
  }
}

/** What an API costs in a month, with so many questions. Without the key `api` it costs nothing. */
export const apiCost = (questions: number, prices = PRICES, use = USE): number => {
  const { assumed } = use
  const question =
    prices.apiRequest +
    prices.request +
    use.queryFindingsGb * assumed.secondsPerQuestion * prices.gbSecond +
    assumed.readUnitsPerQuestion * prices.readUnit +
    (assumed.kbLogPerQuestion / KB_PER_GB) * prices.logGb
  return use.alarmMetricsOfApi * prices.alarmMetric + questions * question
}

/** What the bucket for seals costs in the month after so many years of scans: nothing in it expires by itself. */
export const bucketCost = (
  { instances, scansPerMonth }: Fleet,
  years: number,
  prices = PRICES,
  { assumed }: typeof USE = USE,
): number => {
  const kbPerScan = assumed.kbPerSeal + assumed.kbPerInstanceSealed * instances
  const gb = (kbPerScan * scansPerMonth * 12 * years) / KB_PER_GB
  return scansPerMonth * prices.upload + gb * prices.bucketGbMonth
}

const SIZES = [
  { instances: 10, targets: 1 },
  { instances: 1_000, targets: 4 },
  { instances: 10_000, targets: 20 },
]
const PACES = { daily: 30, hourly: HOURS_PER_MONTH }

/** The table of docs/cost.md. */
export const costTable = (): string => {
  const rows = Object.entries(PACES).flatMap(([pace, scansPerMonth]) =>
    SIZES.map((size) => {
      const parts = Object.values(monthlyCost({ ...size, scansPerMonth }))
      const total = parts.reduce((sum, each) => sum + each, 0)
      const cells = [...parts, total].map((each) => each.toFixed(2))
      return `| ${size.instances.toLocaleString('en')} in ${size.targets} | ${pace} | ${cells.join(' | ')} |`
    }),
  )
  const head =
    '| instances in targets | scans | Lambda | durable | DynamoDB | CloudWatch | KMS | **together** |'
  return [head, '| --- | --- | --- | --- | --- | --- | --- | --- |', ...rows].join('\n')
}

if (import.meta.main) console.log(costTable())
