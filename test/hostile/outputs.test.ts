import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import type { Outcome } from './judge-all.ts'
import { HOSTILE } from './outputs.ts'

const JUDGE_ALL = fileURLToPath(new URL('judge-all.ts', import.meta.url))

/** All cases in a process of their own, whose memory can be measured. */
const outcomes = async (): Promise<Outcome[]> => {
  const child = spawn(process.execPath, ['--expose-gc', JUDGE_ALL], { stdio: ['ignore', 'pipe', 'inherit'] })
  const [lines] = await Promise.all([text(child.stdout), once(child, 'close')])
  return lines
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
}

test.runIf(process.platform === 'linux')(
  'whatever a node prints, it is judged in bounded time and memory, never passes, and acts on no reader',
  { timeout: 300_000 },
  async () => {
    const all = await outcomes()
    expect(HOSTILE.length).toBeGreaterThanOrEqual(50)
    expect(all.map(({ name }) => name)).toEqual(HOSTILE.map(({ name }) => name))
    const most = (of: 'milliseconds' | 'megabytes') =>
      all.reduce((worst, each) => (each[of] > worst[of] ? each : worst))
    const [slowest, largest] = [most('milliseconds'), most('megabytes')]
    console.log(
      `${all.length} hostile outputs; the slowest ${slowest.milliseconds.toFixed(0)} ms (${slowest.name}), the largest ${largest.megabytes.toFixed(0)} MB (${largest.name})`,
    )
    expect(all.filter(({ problems }) => problems.length > 0)).toEqual([])
    const mayPass = new Set(HOSTILE.filter((each) => each.mayPass).map(({ name }) => name))
    const passed = all.filter(({ name, status }) => status === 'PASS' && !mayPass.has(name))
    expect(passed).toEqual([])
    expect(slowest.milliseconds).toBeLessThan(5_000)
    expect(largest.megabytes).toBeLessThan(300)
  },
)
