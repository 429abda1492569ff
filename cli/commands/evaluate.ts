import { readFile } from 'node:fs/promises'
import { text as readAll } from 'node:stream/consumers'
import type { Finding } from '../../shared/findings/finding.ts'
import { type FindingRow, renderFindings } from '../../shared/report/findings-table.ts'
import { inPublishedOrder, renderJson, renderJsonl } from '../../shared/report/json.ts'
import { plainText } from '../../shared/report/plain-text.ts'
import { judge, judgeUnreadable } from '../../shared/rules/judge.ts'
import { loadRules } from '../../shared/rules/load.ts'
import { controlOf, type Rule } from '../../shared/rules/rule.ts'
import { EXIT, type ExitCode, exitCodeOf, UsageError } from '../exit-code.ts'
import { type Reading, readInput } from '../inputs.ts'
import { checkOutput, type Globals, painter, printResults, say } from '../output.ts'
import type { InputKind } from '../recognise.ts'

/** One line of `evaluate --format jsonl`, and where it came from. */
type Evaluated = { source: string; instanceId?: string; findings: Finding[] }

export type EvaluateOptions = { as?: InputKind; rule?: string; control?: string }

/**
 * Judges files and standard input. Everything that can be read is judged and printed; what cannot is named on
 * stderr and makes the exit code 2.
 */
export const evaluate = async (
  files: string[],
  { as, rule, control }: EvaluateOptions,
  globals: Globals,
): Promise<ExitCode> => {
  checkOutput(globals)
  const rules = pickRules(loadRules(), rule, control)
  const readings: Reading[] = []
  for (const file of namesOf(files)) readings.push(...(await readOne(file, as)))
  const problems = readings.flatMap((reading) => ('problem' in reading ? [reading.problem] : []))
  const results = readings.flatMap((reading) => evaluateOne(reading, rules))
  if (results.length > 0 || problems.length === 0) await printResults(globals, render(results, globals))
  for (const problem of problems) say(`fleet-scanner: ${plainText(problem, 1000)}`)
  if (problems.length > 0) return EXIT.usage
  return exitCodeOf(results.flatMap(({ findings }) => findings.map(({ status }) => status)))
}

/** The rules of these ids and controls; a name that is none of them is a mistake. */
const pickRules = (rules: Rule[], ids: string | undefined, controls: string | undefined): Rule[] => {
  const wanted = (list: string | undefined, known: string[], option: string): string[] | undefined => {
    const names = list?.split(',').map((name) => name.trim())
    const unknown = names?.find((name) => !known.includes(name))
    if (unknown !== undefined)
      throw new UsageError(`${option} ${unknown}: there is no such one; there are ${known.join(', ')}`)
    return names
  }
  const byId = wanted(
    ids,
    rules.map(({ id }) => id),
    '--rule',
  )
  const byControl = wanted(controls, rules.map(controlOf), '--control')
  return rules.filter(
    (one) => (byId?.includes(one.id) ?? true) && (byControl?.includes(controlOf(one)) ?? true),
  )
}

const STDIN = '-'

const namesOf = (files: string[]): string[] => {
  if (files.length === 0 && process.stdin.isTTY)
    throw new UsageError('evaluate needs a FILE, or - to read from a pipe; see fleet-scanner evaluate --help')
  if (files.filter((file) => file === STDIN).length > 1) throw new UsageError('- can be read only once')
  return files.length > 0 ? files : [STDIN]
}

const readOne = async (file: string, as: InputKind | undefined): Promise<Reading[]> => {
  const source = file === STDIN ? 'stdin' : file
  let text: string
  try {
    text = file === STDIN ? await readAll(process.stdin) : await readFile(file, 'utf8')
  } catch (error) {
    return [{ source, problem: `${source}: ${readProblem(error)}` }]
  }
  return readInput(source, text, as)
}

const readProblem = (error: unknown): string => {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  if (code === 'ENOENT') return 'there is no such file'
  if (code === 'EISDIR') return 'this is a folder; name its files'
  if (code === 'EACCES') return 'this file may not be read'
  return `cannot be read (${error instanceof Error ? error.message : error})`
}

const evaluateOne = (reading: Reading, rules: Rule[]): Evaluated[] => {
  if ('problem' in reading) return []
  if ('unreadable' in reading)
    return [{ source: reading.source, findings: judgeUnreadable(reading.unreadable, rules) }]
  const { source, evidence } = reading
  const { instanceId } = evidence
  return [{ source, ...(instanceId !== undefined && { instanceId }), findings: judge(evidence, rules) }]
}

const render = (results: Evaluated[], globals: Globals): string => {
  if (globals.format === 'table') return renderFindings(results.flatMap(rowsOf), painter(globals))
  const lines = results.map(({ instanceId, findings }) => ({
    ...(instanceId !== undefined && { instanceId }),
    findings: findings.map(inPublishedOrder),
  }))
  return globals.format === 'json' ? renderJson(lines) : renderJsonl(lines)
}

const rowsOf = ({ source, instanceId, findings }: Evaluated): FindingRow[] =>
  findings.map((finding) => ({ where: instanceId ?? source, finding }))
