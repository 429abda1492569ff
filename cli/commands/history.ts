import { renderHistory } from '../../shared/report/history-table.ts'
import { renderJson, renderJsonl } from '../../shared/report/json.ts'
import { EXIT, type ExitCode } from '../exit-code.ts'
import { type FilterOptions, filterOf } from '../filters.ts'
import { checkOutput, type Globals, painter, printResults } from '../output.ts'
import { readStore } from '../read-store.ts'

/** Prints every change of the findings, oldest first. */
export const history = async (options: FilterOptions, globals: Globals): Promise<ExitCode> => {
  checkOutput(globals)
  const filter = filterOf(options, new Date())
  const changes = await readStore(globals, (store) => store.history(filter))
  const text = {
    table: () => renderHistory(changes, painter(globals)),
    json: () => renderJson(changes),
    jsonl: () => renderJsonl(changes),
  }[globals.format]()
  await printResults(globals, text)
  return EXIT.nothingFails
}
