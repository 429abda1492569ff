import { afterAll, describe, expect, it } from 'vitest'
import { decodeCollectorOutput } from '../../shared/evidence/envelope.ts'
import { runOnNode, type SimulatedNode } from '../distributions/simulated-node.ts'
import { idleProcesses } from './idle-process.ts'
import { nodeRoot, noNodeRoot } from './node-root.ts'
import { processIn } from './run-collector.ts'

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

const NODE: SimulatedNode = { name: 'n', instanceId: 'i-0c8', addresses: [], files: {}, processes: [] }
const ETCD = { command: 'etcd', exe: '/usr/bin/etcd', env: { PATH: '/usr/bin' } }
const filled = (text: string, bytes: number): string => text.repeat(bytes / text.length + 1).slice(0, bytes)

describe.skipIf(why)('where there is much to do', () => {
  /** One line each that makes the rules of masking work hardest. */
  const SLOW_LINES = [
    '"--token ',
    '://a@ --token="',
    'token: "a ',
    'token=a ',
    '- --token=abc\n',
    '----',
    '"',
  ]
  const slowLine = (at: number): string => filled(SLOW_LINES[at % SLOW_LINES.length] ?? '', 65_000)

  it('50 manifests and 50 config files of 64 KiB are masked as far as there is room, and the rest is said to be cut', () => {
    const numbers = Array.from({ length: 50 }, (_, at) => at)
    const manifests = numbers.map((at) => [`/etc/kubernetes/manifests/${at}.yaml`, ` etcd \n${slowLine(at)}`])
    const configs = numbers.map((at) => [`/etc/etcd/${at}.yml`, slowLine(at)])
    for (const processes of [
      [],
      numbers.map((at) => ({ ...ETCD, args: [`--config-file=/etc/etcd/${at}.yml`] })),
    ]) {
      const files = Object.fromEntries([...manifests, ...configs])
      const run = runOnNode({ ...NODE, files, processes })
      expect(run).toMatchObject({ status: 0, stderr: '' })
      expect(run.milliseconds).toBeLessThan(25_000)
      expect(decodeCollectorOutput(run.stdout).truncatedParts).toContain('manifests')
    }
  })

  it('an etcd among 2,000 processes is found', () => {
    const run = runOnNode({ ...NODE, processes: [{ ...ETCD, args: ['--name=m1'] }], crowd: 2_000 })
    expect(run).toMatchObject({ status: 0, stderr: '' })
    expect(run.milliseconds).toBeLessThan(25_000)
    const { processes, view } = decodeCollectorOutput(run.stdout)
    expect({ view, argv: processes?.map(({ argv }) => argv) }).toEqual({
      view: 'full',
      argv: [['etcd', '--name=m1']],
    })
  })
})

describe.skipIf(why)('where the tool that masks is ended half-way', () => {
  const idle = idleProcesses()
  afterAll(idle.stop)

  it('nothing of it is taken for whole', () => {
    const node = nodeRoot(['sed'])
    const pastThreeLines = `#!/bin/sh
all=$(busybox sed "$@"; echo .)
printf '%s' "\${all%.}" | head -n 3
[ "$(printf '%s' "$all" | wc -l)" -lt 4 ]
`
    node.write('/bin/sed', pastThreeLines, 0o755)
    node.write('/etc/etcd.yml', filled('name: m1\n', 90))
    node.write('/etc/kubernetes/manifests/etcd.yaml', filled('command: [etcd]\n', 160))
    const inRoot = { root: node.folder, argv0: 'etcd' }
    const pid = idle.start(['--config-file=/etc/etcd.yml'], inRoot)
    const long = idle.start(['--name', 'm1', '--debug', '--auto-tls=true'], inRoot)
    const { stdout, stderr } = node.runCollector()
    node.remove()
    expect(stderr).toBe('')
    const evidence = decodeCollectorOutput(stdout)
    expect(processIn(evidence, pid).configFile).toMatchObject({ content: null })
    expect(processIn(evidence, long)).toMatchObject({ truncated: true })
    expect(evidence.manifests).toMatchObject([{ truncated: true }])
  })
})
