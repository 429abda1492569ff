import { spawnSync } from 'node:child_process'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { decodeCollectorOutput } from '../../shared/evidence/envelope.ts'
import { judge } from '../../shared/rules/judge.ts'
import { loadRules } from '../../shared/rules/load.ts'
import { idleProcesses } from './idle-process.ts'
import { mayHideProcesses, type NodeRoot, nodeRoot, noNodeRoot } from './node-root.ts'
import { processIn } from './run-collector.ts'

const here = (program: string, ...args: string[]): boolean => spawnSync(program, args).status === 0
const SHELLS = [
  { shell: 'busybox ash', path: '/bin/sh', installed: true },
  { shell: 'dash', path: '/bin/dash', installed: here('dash', '-c', ':') },
  { shell: 'bash', path: '/bin/bash', installed: here('bash', '-c', ':') },
]
const procps = spawnSync('ps', ['--version']).stdout?.toString().includes('procps') ?? false

/** What a node lacks, and how its envelope is written then. */
const ALL = { tools: 'all', without: [], encoding: 'gzip+base64' }
const TOOLS = [
  ALL,
  { tools: 'no gzip', without: ['gzip'], encoding: 'base64' },
  { tools: 'no base64', without: ['base64'], encoding: 'gzip+hex' },
  { tools: 'neither', without: ['gzip', 'base64'], encoding: 'hex' },
]
const USERS = [
  { user: 'root', ids: '0:0' },
  { user: 'nobody', ids: '65534:65534' },
]
/** Every shell and user, with each ps, and then with BusyBox's where something else is missing or hidden. */
const NODES = [
  ...TOOLS.map((tools) => ({ ps: 'busybox ps', ...tools, hidepid: false, possible: true })),
  { ps: 'procps ps', ...ALL, hidepid: false, possible: procps },
  { ps: 'busybox ps', ...ALL, hidepid: true, possible: mayHideProcesses() },
]
const why = noNodeRoot()
if (why) it.skip(`shells are not tested: ${why}`, () => {})

describe.skipIf(why)('on a read-only node', () => {
  const idle = idleProcesses()
  const rules = loadRules()
  let etcd = 0
  beforeAll(() => {
    etcd = idle.start(['--auto-tls=true'], { argv0: 'etcd', env: { ETCD_NAME: 'm1' } })
  })
  afterAll(idle.stop)

  describe.each(NODES)(
    'with $ps, tools: $tools, hidepid: $hidepid',
    ({ ps, without, encoding, hidepid, possible }) => {
      let node: NodeRoot
      beforeAll(() => {
        node = nodeRoot(without)
        node.write('/etc/kubernetes/manifests/etcd.yaml', 'command: [etcd, --auto-tls=true]\n', 0o600)
        for (const { path, installed } of SHELLS)
          if (installed && path !== '/bin/sh') node.install(path.slice('/bin/'.length))
        if (ps === 'procps ps' && possible) node.install('ps')
      })
      afterAll(() => node.remove())

      for (const { shell, path, installed } of SHELLS)
        for (const { user, ids } of USERS) {
          if (!possible || !installed) {
            it.skip(`${shell} as ${user} is not tested: this machine cannot do it`, () => {})
            continue
          }
          it(`${shell} as ${user} gathers what that user may see`, () => {
            const { stdout, stderr, status, milliseconds } = node.runCollector({
              shell: [path],
              user: ids,
              hidepid,
            })
            expect({ stderr, status }).toEqual({ stderr: '', status: 0 })
            expect(milliseconds).toBeLessThan(30_000)
            expect(stdout.toString()).toMatch(
              new RegExp(`^FLEET-SCANNER-EVIDENCE 1 ${encoding.replace('+', '\\+')} `),
            )

            const evidence = decodeCollectorOutput(stdout)
            const verdicts = judge(evidence, rules).map((finding) => finding.status)
            if (user === 'root') {
              expect(evidence.view).toBe('full')
              expect(processIn(evidence, etcd)).toMatchObject({
                argv: ['etcd', '--auto-tls=true'],
                environ: ['ETCD_NAME=m1'],
              })
              expect(evidence.manifests).toMatchObject([
                { content: 'command: [etcd, --auto-tls=true]\n', mode: '600' },
              ])
              expect(stdout.toString()).toMatch(/ etcd --auto-tls=true$/m)
              expect(verdicts).toContain('FAIL')
              return
            }
            expect(evidence.view).toBe('partial')
            expect(evidence.manifests).toMatchObject([{ content: null }])
            expect(verdicts).not.toContain('PASS')
            if (hidepid) expect(evidence.processes).toEqual([])
            else
              expect(processIn(evidence, etcd)).toMatchObject({
                argv: ['etcd', '--auto-tls=true'],
                environ: null,
              })
          })
        }
    },
  )
})
