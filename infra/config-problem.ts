import { ConfigError } from '../shared/config/config-error.ts'

/** A configuration that is well-formed, and of which no templates can be made. */
export const configProblem = (problem: string): ConfigError =>
  new ConfigError('fleet-scanner.yaml', undefined, problem)
