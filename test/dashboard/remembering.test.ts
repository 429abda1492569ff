import { beforeEach, expect, it } from 'vitest'
import type { Ask } from '../../dashboard/ask.ts'
import { remembering } from '../../dashboard/remembering.ts'

let asked: string[]
let newest: Record<string, string> | undefined
let clock: number
let fails: boolean
const ask = (async (path: string) => {
  asked.push(path)
  if (path === '/v1/scans') return { scans: newest ? [newest] : [] }
  if (fails) throw new Error('no')
  return { n: asked.length }
}) as Ask
const made = () => remembering(ask, () => clock)
const counts = () => asked.filter((path) => path === '/v1/summary').length

beforeEach(() => {
  asked = []
  newest = { scanId: 's1', status: 'closed', closedAt: '1' }
  clock = 0
  fails = false
})

it('what is open is counted once for pages that ask shortly after each other, or at once', async () => {
  const { ask } = made()
  const [a, b] = await Promise.all([ask('/v1/summary'), ask('/v1/summary')])
  expect(a).toEqual(b)
  clock = 29_999
  await ask('/v1/summary')
  expect(counts()).toBe(1)
  clock = 30_000
  await ask('/v1/summary')
  expect(counts()).toBe(2)
})

it.each([
  ['a scan has ended', () => (newest = { scanId: 's2', status: 'closed', closedAt: '2' })],
  ['a scan runs', () => (newest = { scanId: 's2', status: 'open' })],
])('it is counted anew where %s', async (_, change) => {
  const { ask } = made()
  await ask('/v1/summary')
  change()
  await ask('/v1/summary')
  expect(counts()).toBe(2)
})

it('it is counted anew after a form, and after it could not be', async () => {
  const { ask, forget } = made()
  await ask('/v1/summary')
  forget()
  fails = true
  await expect(ask('/v1/summary')).rejects.toThrow('no')
  fails = false
  await ask('/v1/summary')
  expect(counts()).toBe(3)
})

it('nothing else is kept', async () => {
  const { ask } = made()
  await ask('/v1/findings', { limit: 1 })
  await ask('/v1/findings', { limit: 1 })
  expect(asked).toEqual(['/v1/findings', '/v1/findings'])
})
