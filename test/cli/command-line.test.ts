import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { evidence, fleetScanner } from './command.ts'

const BIN = fileURLToPath(new URL('../../bin/fleet-scanner.js', import.meta.url))
const bad = JSON.stringify(evidence('i-bad', '--auto-tls=true'))

describe('the command line', () => {
  it.each([[['--help']], [['evaluate', '--help']], [['scan', '--help']], [['findings', '--help']]])(
    'shows examples in %j',
    async (args) => {
      const { code, stdout } = await fleetScanner(args)
      expect(code).toBe(0)
      expect(stdout).toContain('Examples:')
      for (const option of [
        '--local',
        '--data',
        '--format',
        '--output',
        '--no-color',
        '--stack',
        '--profile',
        '--region',
      ])
        expect(stdout).toContain(option)
    },
  )

  it('takes global options before and after the command', async () => {
    for (const args of [
      ['--format', 'jsonl', 'evaluate', '-'],
      ['evaluate', '--format', 'jsonl', '-'],
      ['evaluate', '-', '--format', 'jsonl'],
    ])
      expect(JSON.parse((await fleetScanner(args, { stdin: bad })).stdout).instanceId).toBe('i-bad')
  })

  it.each([
    [[]],
    [['nonsense']],
    [['evaluate', '--nonsense']],
    [['evaluate', '-', '--as', 'xml']],
    [['evaluate', '-', '--format', 'xml']],
    [['evaluate', '-', '-']],
    [['scan']],
    [['scan', '--stack', 'prod']],
    [['findings']],
    [['findings', '--local', '--status', 'BROKEN']],
    [['findings', '--local', '--data', '/nonexistent/data']],
    [['scan', '--local', '--fleet', '/nonexistent/fleet.yaml', '--data', '/tmp']],
  ])('ends %j with 2, a message and no results', async (args) => {
    const { code, stdout, stderr } = await fleetScanner(args)
    expect(code).toBe(2)
    expect(stdout).toBe('')
    expect(stderr).not.toBe('')
    expect(stderr).not.toContain('    at ')
  })

  it('has no colours in a pipe, with --no-color, or with NO_COLOR', async () => {
    const esc = '\u001b['
    const show = async (args: string[], env: Record<string, string>) =>
      (await fleetScanner(['evaluate', '-', ...args], { stdin: bad, env })).stdout
    const forced = { FORCE_COLOR: '1' }
    expect(await show([], forced)).toContain(esc)
    expect(await show(['--no-color'], forced)).not.toContain(esc)
    expect(await show([], { ...forced, NO_COLOR: '1' })).not.toContain(esc)
  })

  it('survives a reader that stops reading, and keeps its exit code', async () => {
    const child = spawn(process.execPath, [BIN, 'evaluate', '-', '--format', 'jsonl'])
    let stderr = ''
    child.stderr.on('data', (data) => {
      stderr += data
    })
    child.stdout.destroy()
    child.stdin.end(`${bad}\n`.repeat(5000))
    expect(await once(child, 'close')).toEqual([1, null])
    expect(stderr).toBe('')
  })

  it.runIf(process.platform === 'linux')(
    'prints a collector that judges any host through a pipe',
    async () => {
      const script = (await fleetScanner(['collector'])).stdout
      expect(script).toMatch(/^#!\/bin\/sh\n/)
      const output = spawnSync('sh', ['-s'], { input: script, encoding: 'utf8' }).stdout
      const { code, stdout, stderr } = await fleetScanner(['evaluate', '-', '--format', 'jsonl'], {
        stdin: output,
      })
      expect(stderr).toBe('')
      expect(code).not.toBe(2)
      expect(JSON.parse(stdout).findings[0].reason).not.toMatch(/^ENVELOPE_/)

      const cut = await fleetScanner(['evaluate', '-', '--format', 'jsonl'], { stdin: output.slice(0, 200) })
      expect(JSON.parse(cut.stdout).findings[0]).toMatchObject({ status: 'ERROR', reason: 'ENVELOPE_CUT' })
      expect(cut.code).toBe(3)

      const joined = await fleetScanner(['evaluate', '-'], { stdin: output + output })
      expect(joined.stderr).toContain('holds 2 outputs of the collector')
      expect(joined.code).toBe(2)
    },
  )

  const old = ['/usr/bin/node', '/usr/local/bin/node'].find(
    (path) => existsSync(path) && !runsTypeScript(path),
  )
  it.skipIf(old === undefined)('works where the Node on the PATH is too old for it', async () => {
    const run = await fleetScanner(['evaluate', '-', '--format', 'jsonl'], { stdin: bad, node: old ?? '' })
    expect(run).toMatchObject({ code: 1, stderr: '' })
    expect(JSON.parse(run.stdout).instanceId).toBe('i-bad')
  })
})

/** Whether a Node is new enough for the command. */
function runsTypeScript(node: string): boolean {
  const answer = spawnSync(node, ['-p', 'Number.parseInt(process.versions.node, 10) >= 24'])
  return answer.stdout.toString().trim() === 'true'
}
