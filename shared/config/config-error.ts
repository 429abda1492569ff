/** A configuration that cannot be used; the message says where, what is wrong, and how to mend it. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError'
  readonly file: string
  /** From 1; absent where no line is to blame. */
  readonly line: number | undefined

  constructor(file: string, line: number | undefined, problem: string) {
    super(`${file}${line === undefined ? '' : `:${line}`}: ${problem}`)
    this.file = file
    this.line = line
  }
}
