import type { AuditReport } from '../../audit-report.ts'
import { shortTime } from '../../findings-table.ts'
import { type Markup, markup, section, table } from './markup.ts'

export const scopeSection = ({ scope }: AuditReport): Markup => {
  const limits = [
    ...(scope.account ? [`accounts: ${scope.account.join(', ')}`] : []),
    ...(scope.cluster ? [`clusters: ${scope.cluster.join(', ')}`] : []),
    ...(scope.control ? [`controls: ${scope.control.join(', ')}`] : []),
  ]
  return section(
    'scope',
    'Scope',
    markup`<p>The etcd servers on the EC2 instances that the scanner's tags select, in the accounts and regions below.
${limits.length === 0 ? 'Nothing was left out of this report.' : `This report is restricted to ${limits.join('; ')}.`}</p>`,
    table(
      'Accounts and regions',
      ['Account', 'Region'],
      scope.targets.map(({ account, region }) => [account, region]),
    ),
  )
}

export const methodSection = ({ at, scan, versions, period }: AuditReport): Markup =>
  section(
    'method',
    'Method',
    markup`<p>Systems Manager runs one read-only script on each instance. What it prints (processes, their arguments and environment,
config files, manifests) is kept as evidence and judged the way etcd itself reads its settings. A verdict is PASS only where
nothing is missing; what could not be read or decided is ERROR. An instance that could not be asked keeps its last verdict,
marked as stale. Every verdict keeps the hash of its evidence and the versions that judged it.</p>
<dl><dt>The fleet as of</dt><dd>${at}</dd>
<dt>Scan</dt><dd>${scan.scanId}: opened ${shortTime(scan.openedAt)}, closed ${shortTime(scan.closedAt)}, ${ageText(scan.closedAt, at)} before that</dd>
${scan.seal ? markup`<dt>Sealed as</dt><dd>seal ${scan.seal.number}, <code>${scan.seal.hash}</code></dd>` : ''}
<dt>Period</dt><dd>${period ? `${shortTime(period.from)} to ${shortTime(period.to)}` : 'none: the state at one moment'}</dd>
<dt>Versions</dt><dd>fleet-scanner ${versions.fleetScanner}, engine ${versions.engine}; the verdicts were given by engine ${versions.judgedBy.join(', ') || '(none)'}</dd>
<dt>Rules</dt><dd>${versions.rules.map(({ id, version }) => `${id} ${version}`).join(', ')}</dd></dl>`,
  )

const ageText = (from: string, to: string): string => {
  const minutes = Math.max(0, Math.floor((Date.parse(to) - Date.parse(from)) / 60_000))
  return minutes < 120 ? `${minutes} min` : `${Math.floor(minutes / 60)} h`
}

/** What an auditor types to come to the same verdict. */
export const reproduceSection = (): Markup =>
  section(
    'reproduce',
    'How to reproduce a verdict',
    markup`<ol>
<li>In the scanner's table, all stored evidence of an instance: <code>fleet-scanner evidence verify --stack NAME --instance ID</code>
(or <code>--local</code>) takes the hash again, judges again, and lists each verdict that comes out otherwise.</li>
<li>From this page, without any access: save a box of raw evidence below as <code>evidence.json</code>, and run
<code>fleet-scanner evaluate evidence.json --rule RULE</code>. Where the box holds <code>unreadable</code>, give it the text under
<code>output</code> instead.</li>
<li>The hash of that evidence: <code>node -e 'console.log(crypto.createHash("sha256").update(JSON.stringify(JSON.parse(fs.readFileSync("evidence.json")))).digest("hex"))'</code></li>
<li>This report, again: the same command with <code>--at</code> and the moment under Method, and for the same sample with
<code>--seed</code>. Where evidence changed later without changing the verdict, it then names the evidence that brought the verdict.</li>
</ol>`,
  )
