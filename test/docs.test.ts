import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { generatedPages } from '../scripts/docs.ts'

it.each(Object.entries(generatedPages()))('%s is what `npm run docs` makes', (path, text) => {
  expect(readFileSync(path, 'utf8')).toBe(text)
})
