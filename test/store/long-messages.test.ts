import { afterAll, beforeAll, expect, test } from 'vitest'
import { assessment, at, finding, node, wholeScan } from './fleet.fixture.ts'
import { startTables } from './table.fixture.ts'

let tables: Awaited<ReturnType<typeof startTables>>
beforeAll(async () => {
  tables = await startTables()
})
afterAll(() => tables.stop())

const nodes = [node('i-hostile'), node('i-a'), node('i-b')]
const scanned = (message: string, others: 'PASS' | 'FAIL') =>
  nodes.map((of, i) =>
    assessment(of, [i === 0 ? finding('ERROR', 'ODD', { message }) : finding(others)], {
      fingerprint: message.slice(0, 9),
    }),
  )

test('a node that names things at great length, each time others, does not keep the rest from being judged', async () => {
  const store = await tables.newStore()
  for (const [n, letter] of ['a', 'é', '\u{1f600}', '\ud83d'].entries())
    await wholeScan(store, `s${n}`, n * 10, scanned(letter.repeat(140_000), n % 2 ? 'FAIL' : 'PASS'))
  expect((await store.findings({ status: ['FAIL'] })).map(({ instanceId }) => instanceId)).toEqual([
    'i-a',
    'i-b',
  ])
  // The past is told by the finding, which stands, in the words of its change.
  const then = await store.transitionsAt(at(99), { status: ['ERROR'] })
  expect(then.map(({ message }) => message)).toEqual([`${'a'.repeat(1000)}…`])
  expect(await store.history({ instance: ['i-hostile'] })).toEqual(then)
})

test('what is recorded of a long message is the same, also where the cut is amid a character', async () => {
  const store = await tables.newStore()
  const message = `x${'\u{1f600}'.repeat(900)}`
  await wholeScan(store, 's0', 0, [assessment(node('i-a'), [finding('FAIL', 'ODD', { message })])])
  await wholeScan(store, 's1', 10, [
    assessment(node('i-a'), [finding('FAIL', 'ODD', { message: 'y' })], { fingerprint: 'y' }),
  ])
  expect(await store.transitionsAt(at(99), {})).toEqual(await store.history({}))
})
