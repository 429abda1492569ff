import { describe, expect, it } from 'vitest'
import { decodeCollectorOutput } from '../../shared/evidence/envelope.ts'
import { nodeRoot, noNodeRoot } from './node-root.ts'

const why = noNodeRoot()
if (why) it.skip(`the time limit is not tested: ${why}`, () => {})

describe.skipIf(why)('where something hangs', () => {
  it('the collector ends itself in under 30 seconds, says so, and is never taken for a result', () => {
    const node = nodeRoot(['ip'])
    node.write('/bin/ip', '#!/bin/sh\nexec sleep 40\n', 0o755)
    const { stdout, stderr, status, milliseconds } = node.runCollector()
    node.remove()
    expect({ stdout: stdout.toString(), stderr, status }).toEqual({
      stdout: '\nFLEET-SCANNER-EVIDENCE stopped after 25 seconds\n',
      stderr: '',
      status: 0,
    })
    expect(milliseconds).toBeLessThan(30_000)
    expect(() => decodeCollectorOutput(stdout)).toThrow('stopped after 25 seconds')
  })
})
