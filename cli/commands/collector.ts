import { collectorScript } from '../../shared/evidence/collector.ts'
import { EXIT, type ExitCode } from '../exit-code.ts'
import { checkOutput, type Globals, printResults } from '../output.ts'

/** Prints the script that runs on the nodes, for a reviewer or for another way to a host. */
export const collector = async (globals: Globals): Promise<ExitCode> => {
  checkOutput(globals)
  await printResults(globals, collectorScript())
  return EXIT.nothingFails
}
