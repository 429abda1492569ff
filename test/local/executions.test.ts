import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { durableExecutions, type RunFunction } from '../../local/executions.ts'

const executions = (run: RunFunction = async (event) => event) => durableExecutions('run-scan', run)

describe('the durable executions of the embedded account', () => {
  it('are one where name and payload are the same, and refused where only the name is', async () => {
    let runs = 0
    const all = executions(async () => runs++)
    const first = all.start('{"a":1}', 'same')
    expect(all.start('{"a":1}', 'same').arn).toBe(first.arn)
    expect(() => all.start('{"a":2}', 'same')).toThrow(
      expect.objectContaining({ code: 'DurableExecutionAlreadyStartedException', status: 409 }),
    )
    await sleep(1)
    expect(runs).toBe(1)
    expect(all.list({ name: 'same', statuses: [] })).toHaveLength(1)
  })

  it('keep what the function returned or threw', async () => {
    const all = executions(async (event) => {
      if (event === null) throw new TypeError('no event')
      return event
    })
    const [good, bad] = [all.start('{"a":1}'), all.start('null')]
    await sleep(1)
    expect(all.get(good.arn)).toMatchObject({ status: 'SUCCEEDED', result: '{"a":1}' })
    expect(all.get(bad.arn)).toMatchObject({
      status: 'FAILED',
      error: { type: 'TypeError', message: 'no event' },
    })
    expect(all.list({ statuses: ['FAILED'] })).toEqual([bad])
  })

  it('stay stopped, whatever the function still does', async () => {
    const seen: boolean[] = []
    const all = executions(async (_event, isStopped) => {
      await sleep(5)
      seen.push(isStopped())
      return 'done'
    })
    const { arn } = all.start('{}')
    all.stop(arn)
    await sleep(20)
    expect(seen).toEqual([true])
    expect(all.get(arn)).toMatchObject({ status: 'STOPPED' })
    expect(all.get(arn).result).toBeUndefined()
  })

  it('keep the version that they began on', () => {
    const all = executions()
    const old = all.start('{}', 'old')
    all.publish()
    const { arn, version } = all.start('{}', 'new')
    expect(all.versions()).toEqual(['1', '2'])
    expect(version).toBe('2')
    expect(arn).toContain(':run-scan:2/durable-execution/new/')
    expect(all.list({ version: '1', statuses: [] })).toEqual([old])
    expect(all.list({ version: '$LATEST', statuses: [] })).toEqual([])
  })

  it.each(['2026-01-31T12:00:00Z', '20260131T120000.123Z', 'x'.repeat(65), ''])(
    'do not take %j for a name, as Lambda does not',
    (name) => expect(() => executions().start('{}', name)).toThrow(/no name/),
  )
})
