import { execFileSync } from 'node:child_process'
import { chmodSync, chownSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Evidence } from '../../shared/evidence/evidence.ts'
import { idleProcesses, idleProgram } from './idle-process.ts'
import { collect, isRoot, processIn } from './run-collector.ts'

const NOBODY = 65534
const usable = isRoot && process.platform === 'linux' && idleProgram() !== undefined
if (!usable) it.skip('whose files are read is not tested: the tests do not run as root on Linux', () => {})

describe.runIf(usable)('the collector, as root, reads the config file of', () => {
  const idle = idleProcesses()
  const at = (...path: string[]): string => join(idle.folder, ...path)
  const write = (path: string, content: string, mode = 0o644): string => {
    writeFileSync(at(path), content, { mode })
    chmodSync(at(path), mode)
    return at(path)
  }
  const pids = new Map<string, number>()
  let evidence: Evidence

  const contentOf = (name: string) => {
    const { configFile } = processIn(evidence, pids.get(name) ?? -1)
    if (!configFile) throw new Error(`${name}: no config file`)
    return configFile.content
  }

  beforeAll(() => {
    const start = (name: string, config: string, options: Parameters<typeof idle.start>[1] = {}) =>
      pids.set(name, idle.start([`--config-file=${config}`], options))
    const nobody = { uid: NOBODY }
    const secret = write('secret.yml', 'name: root only\n', 0o600)
    const open = write('open.yml', 'name: for all\n')

    start('root', secret)
    start('shadow', '/etc/shadow', nobody)
    symlinkSync('/etc/shadow', at('to-shadow.yml'))
    start('link to shadow', at('to-shadow.yml'), nobody)
    start('open', open, nobody)
    start('secret', secret, nobody)
    symlinkSync('open.yml', at('to-open.yml'))
    start('link', `${idle.folder}/./x/..//to-open.yml`, nobody)
    mkdirSync(at('x'))
    chownSync(write('own.yml', 'name: own\n', 0o400), NOBODY, 0)
    start('own', at('own.yml'), nobody)
    chownSync(write('denied.yml', 'name: denied to its owner\n', 0o044), NOBODY, 0)
    start('denied', at('denied.yml'), nobody)
    chownSync(write('group.yml', 'name: group\n', 0o040), 0, NOBODY)
    start('group', at('group.yml'), nobody)
    mkdirSync(at('closed'))
    write('closed/open.yml', 'name: behind a closed door\n')
    chmodSync(at('closed'), 0o700)
    start('closed folder', at('closed/open.yml'), nobody)
    start('closed working directory', 'open.yml', { ...nobody, cwd: idle.folder })
    start('set-uid', secret, { ...nobody, binary: 'etcd-suid', argv0: 'etcd', mode: 0o4755 })

    execFileSync('mkfifo', [at('pipe')])
    start('pipe', at('pipe'))
    start('folder', idle.folder)
    start('device', '/dev/zero')
    start('proc', '/proc/version', nobody)
    start('empty', write('empty.yml', ''))
    start('missing', at('missing.yml'))
    symlinkSync('loop.yml', at('loop.yml'))
    start('loop', at('loop.yml'))

    const root = at('container')
    mkdirSync(join(root, 'etc'), { recursive: true })
    writeFileSync(join(root, 'etc', 'etcd.yml'), 'name: inside\n')
    writeFileSync(join(root, 'open.yml'), 'name: inside too\n')
    symlinkSync(secret, join(root, 'absolute.yml'))
    symlinkSync('../../../../../../../../../../../etc/etcd.yml', join(root, 'up.yml'))
    symlinkSync(`../../../../../../..${secret}`, join(root, 'up-and-out.yml'))
    symlinkSync('/etc', join(root, 'folder'))
    for (const name of ['absolute.yml', 'up.yml', 'up-and-out.yml', 'folder/etcd.yml', 'folder/../open.yml'])
      start(name, `/${name}`, { root })

    const manifest = 'command: [etcd]\n'
    for (const folder of ['pods', 'not-pods']) mkdirSync(at(folder))
    write('pods/etcd.yaml', manifest, 0o640)
    write('pods/gone.yaml', manifest)
    write('not-pods/etcd.yaml', manifest)
    write('kubelet.yaml', `{"staticPodPath":"${at('pods')}", "x": 1}\n`)
    idle.start(['--config', at('kubelet.yaml')], { argv0: '/usr/bin/kubelet', binary: 'kubelet' })
    idle.start([`--pod-manifest-path=${at('not-pods')}`], {
      ...nobody,
      argv0: 'kubelet',
      binary: 'not-kubelet',
    })

    evidence = collect()
  })
  afterAll(idle.stop)

  it('root, whatever the file', () => {
    expect(contentOf('root')).toBe('name: root only\n')
    expect(contentOf('empty')).toBe('')
  })

  it('another user only where that user may read it', () => {
    expect(contentOf('open')).toBe('name: for all\n')
    expect(contentOf('link')).toBe('name: for all\n')
    expect(contentOf('own')).toBe('name: own\n')
    expect(contentOf('group')).toBe('name: group\n')
    for (const name of ['shadow', 'link to shadow', 'secret', 'denied', 'closed folder'])
      expect(contentOf(name)).toBeNull()
  })

  it('a set-uid program never', () => {
    expect(contentOf('set-uid')).toBeNull()
  })

  it('a process only where it is a regular file', () => {
    for (const name of ['pipe', 'folder', 'device', 'proc', 'missing', 'loop'])
      expect(contentOf(name)).toBeNull()
  })

  it('a container from inside it, even where links lead out', () => {
    expect(contentOf('absolute.yml')).toBeNull()
    expect(contentOf('up-and-out.yml')).toBeNull()
    expect(contentOf('up.yml')).toBe('name: inside\n')
    expect(contentOf('folder/etcd.yml')).toBe('name: inside\n')
    expect(contentOf('folder/../open.yml')).toBe('name: inside too\n')
  })

  it('and takes the folder of static pods from the word of root’s kubelet alone', () => {
    const paths = evidence.manifests?.map(({ path }) => path)
    expect(paths).toContain(at('pods/etcd.yaml'))
    expect(paths).not.toContain(at('not-pods/etcd.yaml'))
    expect(evidence.manifests?.find(({ path }) => path === at('pods/etcd.yaml'))).toMatchObject({
      mode: '640',
      owner: 'root:root',
    })
  })
})
