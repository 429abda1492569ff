import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { decodeCollectorOutput } from '../../shared/evidence/envelope.ts'
import { fingerprint } from '../../shared/evidence/fingerprint.ts'
import { NODES } from '../distributions/nodes/index.ts'
import { runOnNode } from '../distributions/simulated-node.ts'
import { noNodeRoot } from './node-root.ts'

const why = noNodeRoot()
if (why) it.skip(`whether the recordings are up to date is not tested: ${why}`, () => {})

describe.skipIf(why)('the recording of each distribution is what the collector prints there today', () => {
  it.each(NODES)('$name', (node) => {
    const { stdout, stderr, status, milliseconds } = runOnNode(node)
    expect({ stderr, status }).toEqual({ stderr: '', status: 0 })
    expect(milliseconds).toBeLessThan(30_000)
    const now = decodeCollectorOutput(stdout)
    const then = decodeCollectorOutput(
      readFileSync(new URL(`../fixtures/nodes/${node.name}.txt`, import.meta.url)),
    )
    expect(fingerprint(now)).toBe(fingerprint(then))
    expect(now.manifests).toEqual(then.manifests)
  })
})
