import { expect } from 'vitest'

/** What the tests get for `vitest` in a mutation run: they are gathered here, to be run over and over without a restart. */
export type Test = {
  id: string /** Shared by the rows of a table. */
  title: string
  file: string
  run: () => unknown
}
export const tests: Test[] = []
export { expect }

let file = ''
const path: string[] = []

/** What is gathered from here on stands in this file. */
export const beginFile = (name: string): void => {
  file = name
}

const gather = (name: string, run: () => unknown): void => {
  const title = `${file} > ${[...path, name].join(' > ')}`
  const alike = tests.filter((test) => test.title === title).length
  tests.push({ id: `${title} #${alike + 1}`, title, file, run })
}

type Each = (rows: readonly unknown[]) => (name: string, run: (...row: unknown[]) => unknown) => void
const each: Each = (rows) => (name, run) => {
  for (const row of rows) gather(name, () => (Array.isArray(row) ? run(...row) : run(row)))
}
const leaveOut = (): void => {}

export const it = Object.assign(gather, {
  each,
  runIf: (condition: unknown) => (condition ? gather : leaveOut),
  skipIf: (condition: unknown) => (condition ? leaveOut : gather),
})

const group = (name: string, body: () => void): void => {
  path.push(name)
  body()
  path.pop()
}
export const describe = Object.assign(group, {
  runIf: (condition: unknown) => (condition ? group : leaveOut),
  skipIf: (condition: unknown) => (condition ? leaveOut : group),
})

/** For summaries that a person reads. */
export const afterAll = leaveOut
