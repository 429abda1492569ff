import type { Deployment } from './deployment.ts'
import { EXIT, type ExitCode } from './exit-code.ts'
import { type Globals, say } from './output.ts'

/** Works on the deployed stack; where its function fails, says so: the exit code is then that of a fault. */
export const onStack = async (
  globals: Globals,
  work: (deployment: Deployment) => Promise<ExitCode>,
): Promise<ExitCode> => {
  const { withDeployment } = await import('./deployment.ts')
  const { FunctionFailedError } = await import('./executions.ts')
  try {
    return await withDeployment(globals, work)
  } catch (error) {
    if (!(error instanceof FunctionFailedError)) throw error
    say(`fleet-scanner: ${error.message}`)
    return EXIT.fault
  }
}
