import { expect, test } from 'vitest'
import { boundedErrors } from '../../lambdas/run-scan/bounded-errors.ts'

const LONG = 'x'.repeat(300)
const target = (i: number) => `${String(i).padStart(12, '0')}/eu-central-1`
const errorsOf = (count: number) =>
  Array.from({ length: count }, (_, i) => `${target(i)}: its instances could not be listed: ${LONG}`)
const namesIn = (errors: string[]) => errors.map((error) => error.split(': ')[0])

test('a hundred errors stay as they are', () => {
  expect(boundedErrors(errorsOf(100))).toEqual(errorsOf(100))
})

test('of more the first are kept in words, and each further target once, so that a digest can tell who came back', () => {
  const errors = errorsOf(1200)
  const bounded = boundedErrors([...errors, `${target(3)}: another`, `${target(1100)}: another`])
  expect(bounded.slice(0, 100)).toEqual(errors.slice(0, 100))
  expect(namesIn(bounded)).toEqual(namesIn(errors))
  expect(bounded[1199]).toBe(`${target(1199)}: not fully scanned; the log says why`)
})

test('whatever fails, they fit into a checkpoint of 256 KB', () => {
  const bounded = boundedErrors(errorsOf(3_000).map((error) => error.replaceAll('x', '😀')))
  expect(Buffer.byteLength(JSON.stringify(bounded))).toBeLessThan(250 * 1024)
  expect(bounded.at(-1)).toBe('further targets: 1400 more were not fully scanned; the log names them')
})
