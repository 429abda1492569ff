import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { evaluate } from '../../cli/commands/evaluate.ts'
import type { Format } from '../../cli/output.ts'
import { type ParseResultsDeps, parseResults } from '../../lambdas/parse-results/parse-results.ts'
import { reasonOf } from '../../lambdas/run-scan/steps.ts'
import type { Finding, Status } from '../../shared/findings/finding.ts'
import type { Transition } from '../../shared/findings/records.ts'
import { buildDigest } from '../../shared/report/digest.ts'
import { renderFindings } from '../../shared/report/findings-table.ts'
import { unpainted } from '../../shared/report/grid.ts'
import { renderHistory } from '../../shared/report/history-table.ts'
import { fixFor } from '../../shared/rules/fix.ts'
import { loadRules } from '../../shared/rules/load.ts'
import type { Assessment } from '../../shared/store/store.ts'
import { ROLES } from '../aws/member-roles.fixture.ts'
import { HOSTILE, type Hostile } from './outputs.ts'
import { problemsOf } from './problems.ts'

/** What became of one hostile case: time of the processor, growth of the memory, and `problems` in words. */
export type Outcome = {
  name: string
  milliseconds: number
  megabytes: number
  /** Of the rule on auto-TLS, which most of them break. */
  status: Status
  problems: string[]
}

const RULES = loadRules()
const RULE = 'etcd-auto-tls-disabled'
const NODE = { account: '111111111111', region: 'eu-central-1', instanceId: 'i-1' }

/** As parse-results does it, with Systems Manager giving everything that was printed. */
const judged = async ({ cluster }: Hostile, output: string): Promise<Assessment> => {
  let kept: Assessment | undefined
  const deps: ParseResultsDeps = {
    reader: () => ({
      invocations: async () => [
        { instanceId: 'i-1', phase: 'succeeded', detail: 'Success', output: output.slice(0, 2_500) },
      ],
      fullOutput: async () => output,
    }),
    store: {
      commandResult: async () => undefined,
      applyAssessments: async (_scan, _at, assessments) => {
        kept = assessments[0]
        return []
      },
      applySightings: async () => [],
      putCommandResult: async () => {},
    },
    rules: RULES,
    now: () => new Date('2026-01-31T12:00:00Z'),
  }
  const instance = { instanceId: 'i-1', tags: {}, ...(cluster !== undefined && { cluster }) }
  const event = { scanId: 's1', commandId: 'c1', n: '0', instances: [instance], deadlinePassed: true }
  const { account, region } = NODE
  await parseResults({ ...event, target: { account, region, roles: ROLES, selectors: [] } }, deps)
  if (kept === undefined) throw new Error('nothing was judged')
  return kept
}

/** What is shown and sent of an assessment, by where. */
const shown = ({ cluster }: Hostile, { findings }: Assessment): Record<string, string> => {
  const place = { ...NODE, ...(cluster !== undefined && { cluster }) }
  const transitions = findings.map((finding: Finding): Transition => {
    const { ruleId, control, severity, status, reason, message } = finding
    return {
      ...place,
      ruleId,
      control,
      severity,
      scanId: 's1',
      at: '2026-01-31T12:00:00Z',
      to: status,
      reason,
      message,
    }
  })
  const digest = buildDigest({
    ...{ scanId: 's1', at: '2026-01-31T12:00:00Z', transitions, findings: {}, baseline: true },
    ...{ openedAt: '2026-01-31T12:00:00Z', route: 'default', place: '--local', covers: transitions },
    fixOf: fixFor,
    coverage: { total: 1, assessed: 1, byState: { assessed: 1 } },
    targetErrors: findings.map(
      ({ message }) => `${NODE.account}/${NODE.region}: ${reasonOf(new Error(message))}`,
    ),
  })
  const rows = findings.map((finding) => ({
    where: NODE.instanceId,
    finding,
    ...(cluster !== undefined && { cluster }),
  }))
  return {
    'the findings table': renderFindings(rows, unpainted),
    'the history table': renderHistory(transitions, unpainted),
    'the subject': digest?.subject ?? '',
    'the mail': digest?.bodies.email ?? '',
    'the digest as JSON': digest?.bodies.default ?? '',
    'the digest for Amazon Q': digest?.amazonQ ?? '',
  }
}

/** What `evaluate` prints on stdout and stderr, in each format. */
const evaluated = async (folder: string, text: string): Promise<Record<string, string>> => {
  const [file, output] = [join(folder, 'input'), join(folder, 'output')]
  writeFileSync(file, text)
  const printed: Record<string, string> = {}
  for (const format of ['table', 'json', 'jsonl'] satisfies Format[]) {
    const said: string[] = []
    const write = process.stderr.write
    process.stderr.write = (chunk: string | Uint8Array) => said.push(String(chunk)) > 0
    rmSync(output, { force: true })
    try {
      await evaluate([file], {}, { data: folder, format, output, color: false })
    } finally {
      process.stderr.write = write
    }
    printed[`evaluate as ${format}${format === 'table' ? '' : ' JSON'}`] = readIfThere(output)
    printed[`messages of evaluate as ${format}`] = said.join('')
  }
  return printed
}

const readIfThere = (file: string): string => {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}

/** The most memory that the process has had since `reset`, in MB; Linux forgets it when told to. */
const memory = {
  now: () => process.memoryUsage.rss() / 1e6,
  reset: () => writeFileSync('/proc/self/clear_refs', '5'),
  peak: () => Number(/VmHWM:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]) / 1e3,
}

const measured = async (folder: string, hostile: Hostile): Promise<Outcome> => {
  const text = hostile.text()
  globalThis.gc?.()
  memory.reset()
  const [before, began] = [memory.now(), process.cpuUsage()]
  const assessment = await judged(hostile, text)
  const texts = { ...shown(hostile, assessment), ...(await evaluated(folder, text)) }
  const { user, system } = process.cpuUsage(began)
  const [milliseconds, megabytes] = [(user + system) / 1e3, memory.peak() - before]
  const status = assessment.findings.find(({ ruleId }) => ruleId === RULE)?.status ?? 'ERROR'
  return { name: hostile.name, milliseconds, megabytes, status, problems: problemsOf(texts) }
}

const folder = await mkdtemp(join(tmpdir(), 'fleet-scanner-hostile-'))
for (const hostile of HOSTILE) {
  const outcome = await measured(folder, hostile).catch((error: Error) => ({
    ...{ name: hostile.name, milliseconds: 0, megabytes: 0, status: 'ERROR' as const },
    problems: [`it broke the program: ${error.message.slice(0, 200)}`],
  }))
  process.stdout.write(`${JSON.stringify(outcome)}\n`)
}
rmSync(folder, { recursive: true })
process.exit(0)
