import { EXIT, type ExitCode } from './exit-code.ts'
import { coverageOfScan } from './fleet-view.ts'
import { runLocalScan, SAMPLE_FLEET } from './local-scan.ts'
import { type Globals, printResults } from './output.ts'
import { printScan } from './scan-report.ts'
import type { ScanReport } from './scan-seen.ts'

/**
 * What `npm start` runs: a scan of the sample fleet, what it did, and what to try next. Failing findings are what
 * there is to see, so its exit code only says whether the scan itself worked.
 */
export const demo = async (globals: Globals): Promise<ExitCode> => {
  await printResults(globals, INTRODUCTION)
  const done = await runLocalScan({ dataDir: globals.data, fleetFile: SAMPLE_FLEET })
  await printScan(done, globals)
  await printResults(globals, whatHappened(done))
  return EXIT.nothingFails
}

const INTRODUCTION = `The sample fleet, in an AWS account that exists only inside this process: recorded control planes of
several distributions, good and bad, some out of reach, and this machine where it runs Linux.

`

const whatHappened = (done: ScanReport): string => {
  const { record, sent } = done
  const { coverage, changes = 0 } = record
  const assessed = coverage ? `${coverage.assessed} of ${coverage.total} instances` : 'no instance'
  return `
What it did
  1. found the tagged instances, and had Systems Manager run the collector on those that are online
  2. judged ${assessed} by CIS Kubernetes 1.5.1, controls 2.1 to 2.6 (who can reach etcd, and with what certificate)
  3. kept findings, history and evidence in a DynamoDB table: ${changes === 1 ? '1 finding' : `${changes} findings`} changed
  4. ${sent.length > 0 ? `published ${sent.length === 1 ? 'one digest' : `${sent.length} digests`} of that to SNS` : 'published nothing to SNS, since nothing changed'}
${coverageOfScan(done).full ? '' : '  What could not be assessed is named above: it is never taken for a pass.\n'}
What to try next
  npm start                                              again: nothing has changed, so nothing is sent
  npx fleet-scanner findings --local --status FAIL,ERROR what fails, what could not be decided, and since when
  npx fleet-scanner history --local                      every change of a verdict
  npx fleet-scanner dashboard --local                    the same in a browser, on this machine alone
  ps -ef | grep etcd | npx fleet-scanner evaluate -      any host, by the benchmark's own audit
  samples/fleet.yaml, samples/nodes/                     change a node, then npm start: one digest says what changed
`
}
