import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

export const ETCD = '/usr/bin/etcd'

/** A real etcd with a data folder of its own, started anew by each call of `start`. */
export class EtcdProcess {
  readonly folder = mkdtempSync(join(tmpdir(), 'etcd-'))
  private child: ChildProcess | undefined

  /** Every flag but the ones that a test is about; `urls` false leaves them to a config file. */
  async flags(scheme = 'https'): Promise<string[]> {
    const [client, peer] = [await freePort(), await freePort()]
    return [
      '--name=m1',
      `--data-dir=${join(this.folder, 'data')}`,
      `--listen-client-urls=${scheme}://127.0.0.1:${client}`,
      `--advertise-client-urls=${scheme}://127.0.0.1:${client}`,
      `--listen-peer-urls=http://127.0.0.1:${peer}`,
      `--initial-advertise-peer-urls=http://127.0.0.1:${peer}`,
      `--initial-cluster=m1=http://127.0.0.1:${peer}`,
    ]
  }

  /** The same flags as a config file, with more lines behind them; returns the file's path. */
  async configFile(more: string): Promise<string> {
    const lines = (await this.flags()).map((flag) => flag.slice(2).replace('=', ': '))
    const path = join(this.folder, 'etcd.conf.yml')
    writeFileSync(path, `${lines.join('\n')}\n${more}`)
    return path
  }

  /** A certificate and its key, signed by itself, as an operator would give them. */
  certificate(): { cert: string; key: string } {
    const [cert, key] = [join(this.folder, 'server.crt'), join(this.folder, 'server.key')]
    const subject = ['-subj', '/CN=m1', '-addext', 'subjectAltName=IP:127.0.0.1']
    execFileSync(
      'openssl',
      [
        'req',
        '-x509',
        '-newkey',
        'rsa:2048',
        '-nodes',
        '-days',
        '2',
        '-keyout',
        key,
        '-out',
        cert,
        ...subject,
      ],
      { stdio: 'ignore' },
    )
    return { cert, key }
  }

  /** Stops the one that runs, and waits until the new one serves. Throws with its log if it does not. */
  async start(args: string[], env: Record<string, string> = {}): Promise<void> {
    await this.stop()
    rmSync(join(this.folder, 'data'), { recursive: true, force: true })
    mkdirSync(this.folder, { recursive: true })
    const log = join(this.folder, 'log')
    writeFileSync(log, '')
    const child = spawn(
      '/bin/sh',
      ['-c', `exec ${ETCD} "$@" >>'${log}' 2>&1`, 'sh', ...args, ...LOGGING(args)],
      {
        env: { PATH: '/usr/bin:/bin', ...env },
        stdio: 'ignore',
      },
    )
    this.child = child
    for (let waited = 0; waited < 15_000; waited += 50) {
      if (/serving (client|insecure)/.test(readFileSync(log, 'utf8'))) return
      if (child.exitCode !== null) break
      await sleep(50)
    }
    throw new Error(`etcd does not serve: ${readFileSync(log, 'utf8').slice(-2000)}`)
  }

  async stop(): Promise<void> {
    const child = this.child
    this.child = undefined
    if (!child || child.exitCode !== null) return
    child.kill('SIGKILL')
    await new Promise((resolve) => child.once('exit', resolve))
  }

  async end(): Promise<void> {
    await this.stop()
    rmSync(this.folder, { recursive: true, force: true })
  }
}

const LOGGING = (args: string[]): string[] =>
  args.some((arg) => arg.startsWith('--config-file')) ? [] : ['--logger=zap', '--log-outputs=stderr']

const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0))
    })
  })
