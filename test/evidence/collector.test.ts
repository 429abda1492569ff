import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import flags from '../../shared/etcd/flags.json' with { type: 'json' }
import { collectorHash, collectorScript } from '../../shared/evidence/collector.ts'
import { decodeCollectorOutput } from '../../shared/evidence/envelope.ts'
import { idleProcesses, idleProgram } from './idle-process.ts'
import { collect, isRoot, processIn, runCollector, SHELLS } from './run-collector.ts'

const onLinux = process.platform === 'linux' && idleProgram() !== undefined

describe('the script', () => {
  it('holds no double braces, which CloudFormation and Systems Manager would replace', () => {
    expect(collectorScript()).not.toMatch(/\{\{|\}\}/)
  })

  it('fits into a Command document and into a screen of ASCII', () => {
    expect(Buffer.byteLength(collectorScript())).toBeLessThan(40_000)
    expect(collectorScript()).toMatch(/^[\n\x20-\x7e]+$/)
  })

  it('has a hash that names it', () => {
    expect(collectorHash()).toMatch(/^[0-9a-f]{64}$/)
  })

  it('lets every variable through that is a flag of some etcd, and no other', () => {
    const list = /^VARIABLES='([^']*)'/m.exec(collectorScript())?.[1]?.split(/\s+/) ?? []
    const allowed = new RegExp(`^ETCD_(${list.join('|')})$`)
    const variables = Object.keys(flags)
      .filter((flag) => !flag.startsWith('test.')) // Go's own, which slipped into a release
      .map((flag) => `ETCD_${flag.toUpperCase().replaceAll('-', '_')}`)
    for (const variable of variables) expect(variable).toMatch(allowed)
    for (const name of list.filter((entry) => !entry.includes('[')))
      expect(variables).toContain(`ETCD_${name}`)
    for (const other of ['ETCD_ROOT_PASSWORD', 'ETCDCTL_USER', 'XETCD_NAME'])
      expect(other).not.toMatch(allowed)
  })

  it.each(SHELLS)('does nothing in $name where only its beginning arrived', ({ argv, here }) => {
    if (!here) return
    const script = collectorScript()
    const half = script.slice(0, script.lastIndexOf('\nrun'))
    const { stdout, status } = spawnSync(argv[0], [...argv.slice(1), '-s'], { input: half })
    expect({ stdout: stdout.toString(), status }).toEqual({ stdout: '', status: 0 })
  })
})

describe.runIf(onLinux)('on a host', () => {
  const idle = idleProcesses()
  let plain = 0
  let odd = 0
  let renamed = 0
  let fromFile = 0
  let fromVariable = 0
  let script = 0

  beforeAll(() => {
    writeFileSync(join(idle.folder, 'etcd.yml'), 'client-transport-security:\n  auto-tls: true\n')
    writeFileSync(join(idle.folder, 'big.yml'), `# ${'x'.repeat(70_000)}\n`)
    plain = idle.start(['--name=m1', '--auto-tls=true'], {
      argv0: 'etcd',
      env: {
        PATH: '/bin',
        ETCD_DEBUG: '',
        ETCD_ROOT_PASSWORD: 'hidden',
        ETCDCTL_API: '3',
        ETCD_AUTO_TLS: 'a=b\nETCD_NAME=x',
      },
    })
    odd = idle.start(['', '--name', 'two words', '--data-dir=a\nb', '\x01\x7f', 'späte', ''], {
      argv0: '/opt/e t/etcd',
    })
    renamed = idle.start(['--name=m2'], { argv0: 'not-its-name' })
    fromFile = idle.start(['--config-file=other.yml', '-config-file', 'etcd.yml'], { cwd: idle.folder })
    fromVariable = idle.start(['--config-file='], { env: { ETCD_CONFIG_FILE: join(idle.folder, 'big.yml') } })
    script = idle.start(['etcd', '--auto-tls'], { argv0: '/bin/bash', binary: 'bash' })
  })
  afterAll(idle.stop)

  describe.each(SHELLS)('by $name', ({ name, argv, here }) => {
    it.runIf(here)('ends with exit code 0, says nothing on stderr, and takes seconds at most', () => {
      const run = runCollector(argv)
      expect(run).toMatchObject({ status: 0, stderr: '' })
      expect(run.milliseconds).toBeLessThan(20_000)
    })
    if (!here) it.skip(`is not tested: this machine has no ${name}`, () => {})

    it.runIf(here)('keeps each argument as it is, empty ones and line breaks too', () => {
      const evidence = collect(argv)
      expect(processIn(evidence, plain)).toMatchObject({ argv: ['etcd', '--name=m1', '--auto-tls=true'] })
      expect(processIn(evidence, odd).argv).toEqual([
        '/opt/e t/etcd',
        '',
        '--name',
        'two words',
        '--data-dir=a\nb',
        '\x01\x7f',
        'späte',
        '',
      ])
    })

    it.runIf(here)('takes the variables that are flags, in order, empty ones too, and no other', () => {
      expect(processIn(collect(argv), plain).environ).toEqual([
        'ETCD_DEBUG=',
        'ETCD_AUTO_TLS=a=b\nETCD_NAME=x',
      ])
    })

    it.runIf(here)('reads the config file that etcd would read, and says where it cut it', () => {
      const evidence = collect(argv)
      expect(processIn(evidence, fromFile).configFile).toEqual({
        path: 'etcd.yml',
        content: 'client-transport-security:\n  auto-tls: true\n',
      })
      const big = processIn(evidence, fromVariable).configFile
      expect(big).toMatchObject({ path: join(idle.folder, 'big.yml'), truncated: true })
      expect(big?.content?.length).toBeLessThan(66_000)
      expect(processIn(evidence, plain).configFile).toBeUndefined()
    })

    it.runIf(here)('finds an etcd by its binary too, and no script that is called etcd', () => {
      const evidence = collect(argv)
      expect(processIn(evidence, renamed)).toMatchObject({
        exe: join(idle.folder, 'etcd'),
        argv: ['not-its-name', '--name=m2'],
      })
      expect(evidence.processes?.map(({ pid }) => pid)).not.toContain(script)
    })

    it.runIf(here)('gathers the same as any other shell', () => {
      const own = (evidence: ReturnType<typeof collect>) =>
        [plain, odd, renamed, fromFile, fromVariable].map((pid) => processIn(evidence, pid))
      expect(own(collect(argv))).toEqual(own(collect(['sh'])))
    })
  })

  it('shows a reader the lines of ps after the envelope, without control characters', () => {
    const text = runCollector().stdout.toString()
    const after = text.slice(text.indexOf('EVIDENCE end'))
    expect(after).toContain('etcd --name=m1 --auto-tls=true')
    expect(after).not.toMatch(/[^\P{Cc}\n\t]/u)
  })

  it('is not misled by the environment that it is started in', () => {
    const env = {
      PATH: '/nowhere',
      COLUMNS: '20',
      GZIP: '-1',
      IFS: 'e',
      CDPATH: '/etc',
      LC_ALL: 'C.UTF-8',
      PS_FORMAT: 'pid',
    }
    const evidence = decodeCollectorOutput(runCollector(['/bin/sh'], { env, cwd: '/' }).stdout)
    expect(processIn(evidence, odd).argv).toHaveLength(8)
  })

  it.runIf(isRoot)('says that it did not see all, as nobody: no variables of others', () => {
    const evidence = collect(['sh'], { uid: 65534, cwd: '/' })
    expect(evidence.view).toBe('partial')
    expect(processIn(evidence, plain)).toMatchObject({
      environ: null,
      argv: ['etcd', '--name=m1', '--auto-tls=true'],
    })
    expect(processIn(evidence, fromFile).configFile).toEqual({ path: 'etcd.yml', content: null })
  })
  if (!isRoot) it.skip('is not tested as another user: the tests do not run as root', () => {})
})
