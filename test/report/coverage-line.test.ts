import { describe, expect, it } from 'vitest'
import { type CoverageState, coverageOf } from '../../shared/findings/coverage.ts'
import { coverageLine, isFull, type NotAssessed } from '../../shared/report/coverage-line.ts'

const node = (instanceId: string, state: CoverageState, detail?: string): NotAssessed => ({
  account: '111122223333',
  region: 'eu-west-1',
  instanceId,
  state,
  ...(detail && { detail }),
})

describe('the coverage line', () => {
  it('names every instance that was not assessed, and why', () => {
    const coverage = coverageOf(['assessed', 'unreachable', 'unreachable', 'unmanaged', 'stopped'])
    const line = coverageLine(coverage, [
      node('i-a', 'unreachable', 'ConnectionLost'),
      node('i-b', 'unreachable'),
      node('i-c', 'unmanaged'),
      node('i-d', 'stopped', 'stopped'),
    ])
    expect(line).toBe(
      '1 of 4 assessed; not assessed: 2 unreachable (i-a ConnectionLost, i-b), 1 unmanaged (i-c); not counted: 1 stopped (i-d)',
    )
    expect(isFull(coverage)).toBe(false)
  })

  it('is short where nothing was left out', () => {
    const coverage = coverageOf(['assessed', 'assessed'])
    expect(coverageLine(coverage, [])).toBe('2 of 2 assessed')
    expect(isFull(coverage)).toBe(true)
  })

  it('stays a line for a large fleet, and says how many it does not name', () => {
    const names = Array.from({ length: 300 }, (_, i) => node(`i-${i}`, 'unreachable'))
    const line = coverageLine(coverageOf(names.map(({ state }) => state)), names)
    expect(line).toContain('300 unreachable (i-0,')
    expect(line).toContain('and 280 more')
    expect(line.length).toBeLessThan(400)
  })

  it('cannot be broken by the text of a node', () => {
    const line = coverageLine(coverageOf(['unreachable']), [node('i-a\u001b[2J\n', 'unreachable', 'x\ny')])
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these characters are what is looked for
    expect(line).not.toMatch(/[\u0000-\u001f]/)
  })
})
