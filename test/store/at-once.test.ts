import { setTimeout as wait } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { atOnce, slotsOf } from '../../shared/store/at-once.ts'

test('so many at a time, and results in the order of the items', async () => {
  let running = 0
  let most = 0
  const results = await atOnce([40, 5, 20, 1, 10], slotsOf(2), async (ms) => {
    most = Math.max(most, ++running)
    await wait(ms)
    running--
    return ms * 2
  })
  expect(results).toEqual([80, 10, 40, 2, 20])
  expect(most).toBe(2)
})

test('after a failure nothing is begun, and nothing is still under way when it is told', async () => {
  const begun: number[] = []
  const ended: number[] = []
  const work = async (n: number) => {
    begun.push(n)
    await wait(n === 1 ? 5 : 30)
    if (n === 1) throw new Error('first')
    ended.push(n)
  }
  await expect(atOnce([0, 1, 2, 3, 4, 5], slotsOf(3), work)).rejects.toThrow('first')
  expect(begun).toEqual([0, 1, 2])
  expect(ended).toEqual([0, 2])
})

test('nothing to do is done', async () => {
  expect(await atOnce([], slotsOf(8), async () => 1)).toEqual([])
})
