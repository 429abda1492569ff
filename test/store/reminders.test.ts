import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { reminderIsDue } from '../../lambdas/run-scan/note-reminder.ts'
import { createStore } from '../../shared/store/create-store.ts'
import { at } from './fleet.fixture.ts'
import { startTables } from './table.fixture.ts'

let tables: Awaited<ReturnType<typeof startTables>>
beforeAll(async () => {
  tables = await startTables()
})
afterAll(() => tables.stop())

const WEEK = 7 * 24 * 60
const config = {
  reminder: { off: false, everyDays: 7 },
  schedule: { expression: 'rate(1 day)', flexibleMinutes: 0 },
} as unknown as Parameters<typeof reminderIsDue>[1]

/** Loses the answer to every write, which is then sent once more. */
const forgetful = (client: DynamoDBDocumentClient): DynamoDBDocumentClient =>
  Object.assign(Object.create(client), {
    send: async (command: Parameters<typeof client.send>[0]) => {
      if (/^(Put|Update)/.test(command.constructor.name)) await client.send(command)
      return client.send(command)
    },
  })

test('a reminder whose mark was written, and the answer lost, is due all the same', async () => {
  const store = createStore(forgetful(tables.client), await tables.newTable())
  expect(await reminderIsDue(store, config, { scanId: 's1', openedAt: at(0) })).toBe(false)
  expect(await reminderIsDue(store, config, { scanId: 's2', openedAt: at(WEEK) })).toBe(true)
  expect(await reminderIsDue(store, config, { scanId: 's3', openedAt: at(WEEK + 60) })).toBe(false)
})

test('of two scans that saw the same mark one reminds', async () => {
  const store = await tables.newStore()
  const first = { at: at(0), scanId: 's1', baseline: true as const }
  expect(await store.putReminder(first, undefined)).toBe(true)
  expect(await store.putReminder({ at: at(WEEK), scanId: 's2' }, first)).toBe(true)
  expect(await store.putReminder({ at: at(WEEK), scanId: 's3' }, first)).toBe(false)
  expect(await store.putReminder({ at: at(WEEK), scanId: 's2' }, first)).toBe(true)
  expect(await store.reminder()).toEqual({ at: at(WEEK), scanId: 's2' })
})
