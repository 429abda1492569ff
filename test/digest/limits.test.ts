import { expect, test } from 'vitest'
import { buildDigest } from '../../shared/report/digest.ts'
import { digestBodySchema } from '../../shared/report/digest-body.ts'
import { change, input } from '../report/digest.fixture.ts'

/** What SNS takes: a message of all its forms, subject and attributes included. */
const SNS_LIMIT = 256 * 1024

const wide = (n: number, scan: number) =>
  change({
    instanceId: `i-${String(n).padStart(17, '0')}`,
    region: 'ap-southeast-1',
    cluster: 'c'.repeat(60),
    ruleId: 'etcd-peer-client-cert-auth-enabled',
    scanId: `0198f1c2-7b6d-7e4a-9a51-${String(scan).padStart(12, '0')}`,
    from: 'PASS',
    // Nothing grows more where it is made safe, and then quoted once more.
    message: '<'.repeat(600),
  })

test.each([
  [40, 20],
  [40, 25],
  [40, 500],
  [1, 1000],
  [400, 1000],
])('%i findings that settle after %i changes each make a message that SNS takes', (findings, changes) => {
  const settled = Array.from({ length: findings }, (_, n) => {
    const covers = Array.from({ length: changes }, (_, scan) => wide(n, scan))
    return { last: wide(n, changes - 1), covers }
  })
  const message = buildDigest(input({ settled, covers: settled.flatMap(({ covers }) => covers) }))
  const sent = JSON.stringify(message?.bodies)
  expect(Buffer.byteLength(sent)).toBeLessThan(0.85 * SNS_LIMIT)
  const body = digestBodySchema.parse(JSON.parse(message?.bodies.default ?? ''))
  expect(body.covers.count).toBe(findings * changes)
  for (const line of body.blocks.flatMap(({ lines }) => lines))
    expect([line.transitions.length, line.moreTransitions]).toEqual([6, changes - 6])
})
