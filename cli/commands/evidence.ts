import { type Verification, verifyEvidence } from '../../shared/history/verify-evidence.ts'
import { renderJson, renderJsonl } from '../../shared/report/json.ts'
import { renderVerification, verificationLine } from '../../shared/report/verification-table.ts'
import { loadRules } from '../../shared/rules/load.ts'
import { ENGINE_VERSION } from '../../shared/version.ts'
import { EXIT, type ExitCode } from '../exit-code.ts'
import { filterOf } from '../filters.ts'
import { checkOutput, type Globals, painter, printResults, say } from '../output.ts'
import { readStore } from '../read-store.ts'

export type EvidenceOptions = { instance?: string; rule?: string; restate?: boolean }

/** Judges stored evidence again and prints where it comes out otherwise; appends that where asked to. */
export const verify = async (options: EvidenceOptions, globals: Globals): Promise<ExitCode> => {
  checkOutput(globals)
  const { restate = false, ...place } = options
  const now = new Date()
  const filter = filterOf(place, now)
  const judging = {
    ...{ rules: loadRules(), engineVersion: ENGINE_VERSION },
    ...{ at: now.toISOString(), append: restate },
  }
  const result = await readStore(globals, (store) => verifyEvidence(store, filter, judging))
  const text = {
    table: () => renderVerification(result, painter(globals)),
    json: () => renderJson(result),
    jsonl: () => renderJsonl([...result.differ, ...result.unverifiable]),
  }[globals.format]()
  await printResults(globals, text)
  if (globals.format === 'jsonl' || globals.output !== undefined) say(verificationLine(result))
  return exitCodeOf(result)
}

const exitCodeOf = ({ differ, unverifiable }: Verification): ExitCode => {
  if (differ.length > 0) return EXIT.somethingFails
  return unverifiable.length > 0 ? EXIT.notAssessed : EXIT.nothingFails
}
