import { describe, expect, it } from 'vitest'
import type { Resolved } from '../../shared/etcd/configuration.ts'
import { isGenerating, isInert } from '../../shared/etcd/effect.ts'
import { type EtcdInput, resolveEtcd } from '../../shared/etcd/resolve.ts'

const resolve = (args: string[], rest: Partial<EtcdInput> = {}) =>
  resolveEtcd({ argv: ['etcd', ...args], environ: [], fidelity: 'exact', ...rest })
const running = (args: string[], rest: Partial<EtcdInput> = {}): Resolved => {
  const resolution = resolve(args, rest)
  if (resolution.kind !== 'resolved') throw new Error(JSON.stringify(resolution))
  return resolution
}
const CERTS = ['--cert-file=/c', '--key-file=/k']
const on = (urls: string): string[] => [`--listen-client-urls=${urls}`, '--advertise-client-urls=https://a:1']

describe('an etcd without settings', () => {
  it('has the defaults of its documentation', () => {
    const { settings } = running([])
    const values = Object.entries(settings).map(([name, { value }]) => [name, value])
    expect(Object.fromEntries(values)).toEqual({
      'auto-tls': false,
      'cert-file': '',
      'key-file': '',
      'client-cert-auth': false,
      'trusted-ca-file': '',
      'peer-auto-tls': false,
      'peer-cert-file': '',
      'peer-key-file': '',
      'peer-client-cert-auth': false,
      'peer-trusted-ca-file': '',
      'listen-client-urls': 'http://localhost:2379',
      'listen-client-http-urls': '',
      'advertise-client-urls': 'http://localhost:2379',
      'listen-peer-urls': 'http://localhost:2380',
      proxy: 'off',
    })
    expect(Object.values(settings).every((one) => one.source === 'default' && !('text' in one))).toBe(true)
  })
  it('takes every one of them from a flag or a variable', () => {
    const given = {
      ...{
        'auto-tls': true,
        'cert-file': 'c',
        'key-file': 'k',
        'client-cert-auth': true,
        'trusted-ca-file': 't',
      },
      ...{
        'peer-auto-tls': true,
        'peer-cert-file': 'c',
        'peer-key-file': 'k',
        'peer-client-cert-auth': true,
      },
      ...{
        'peer-trusted-ca-file': 't',
        'listen-client-urls': 'http://a:1',
        'listen-client-http-urls': 'http://a:2',
      },
      ...{ 'advertise-client-urls': 'http://a:3', 'listen-peer-urls': 'http://a:4', proxy: 'on' },
    }
    for (const [name, value] of Object.entries(given)) {
      const entry = `ETCD_${name.toUpperCase().replaceAll('-', '_')}=${value}`
      expect(running([`--${name}=${value}`]).settings).toMatchObject({
        [name]: { value, source: 'flag', text: `--${name}=${value}` },
      })
      expect(running([], { environ: [entry] }).settings).toMatchObject({
        [name]: { value, source: 'environment', text: entry },
      })
    }
  })
})

describe('what the client port serves', () => {
  it.each<[string, string[], string, boolean]>([
    ['no settings', [], 'plain-http', false],
    ['certificates', [...on('https://a:1'), ...CERTS], 'given-cert', false],
    ['certificates on a socket', [...on('unixs://a:1'), ...CERTS], 'given-cert', false],
    ['a plain socket', on('unix://a:1'), 'plain-http', false],
    [
      'certificates that are asked for',
      [...on('https://a:1'), ...CERTS, '--client-cert-auth'],
      'given-cert',
      true,
    ],
    ['a trusted CA alone', [...on('https://a:1'), ...CERTS, '--trusted-ca-file=/t'], 'given-cert', true],
    ['auto-TLS', [...on('https://a:1'), '--auto-tls', '--client-cert-auth'], 'auto-self-signed', false],
    ['auto-TLS beside certificates', [...on('https://a:1'), '--auto-tls', ...CERTS], 'given-cert', false],
    ['two URLs, of which one is plain', [...on('https://a:1,http://b:2'), ...CERTS], 'plain-http', false],
    [
      'two URLs with auto-TLS, of which one is plain',
      [...on('http://a:1,https://b:2'), '--auto-tls'],
      'auto-self-signed',
      false,
    ],
    [
      'a plain URL for HTTP alone',
      [...on('https://a:1'), '--listen-client-http-urls=http://a:2', ...CERTS],
      'plain-http',
      false,
    ],
    [
      'a proxy with certificates and auto-TLS',
      [...on('https://a:1'), '--proxy=on', '--auto-tls', ...CERTS],
      'auto-self-signed',
      false,
    ],
    [
      'a read-only proxy with both',
      [...on('https://a:1'), '--proxy=readonly', '--auto-tls', ...CERTS],
      'auto-self-signed',
      false,
    ],
  ])('with %s', (_, args, servedOnClientPort, clientCertRequired) => {
    expect(running(args).effect).toEqual({ servedOnClientPort, clientCertRequired })
  })
  it.each([
    ['https://${IP}:2379', 'given-cert'],
    ["'https://${IP}:2379'", 'given-cert'],
    [' HTTPS://<ip>:2379', 'given-cert'],
    ['unixs:${SOCKET}', 'given-cert'],
    ['http://${IP}:2379,https://127.0.0.1:2379', 'plain-http'],
    ['unix:${SOCKET}', 'plain-http'],
    ['unix:${SOCKET},https://${IP}:2379', 'plain-http'],
    ['${SCHEME}://a:2379,https://${IP}:2379', 'given-cert'],
    ['${SCHEME}://a:2379', 'plain-http'],
    ['xhttps://${IP}:2379', 'plain-http'],
  ])('is seen from the scheme of a template: %s', (urls, served) => {
    expect(running([...on(urls), ...CERTS], { fidelity: 'text' }).effect?.servedOnClientPort).toBe(served)
  })
})

describe('what would keep an etcd from starting is told, with what it serves otherwise', () => {
  it.each<[string, string[], string | undefined]>([
    ['a certificate alone', ['--cert-file=/c'], 'only one of cert-file and key-file is set'],
    ['a key alone', ['--key-file=/k'], 'only one of cert-file and key-file is set'],
    [
      'https without a certificate',
      on('https://a:1'),
      'a client URL is https, and there is neither a certificate nor auto-TLS',
    ],
    [
      'https beside http without a certificate',
      on('http://a:1,https://a:2'),
      'a client URL is https, and there is neither a certificate nor auto-TLS',
    ],
    [
      'nothing advertised',
      ['--listen-client-urls=http://a:1'],
      'listen-client-urls is set, and advertise-client-urls is not',
    ],
    ['nothing advertised by a proxy', ['--listen-client-urls=http://a:1', '--proxy=on'], undefined],
    ['https without a certificate in a proxy', [...on('https://a:1'), '--proxy=readonly'], undefined],
    ['only an advertised URL', ['--advertise-client-urls=http://a:1'], undefined],
    ['everything in order', [...on('https://a:1'), ...CERTS], undefined],
  ])('%s', (_, args, why) => {
    const resolved = running(args)
    expect(resolved.wouldNotStart).toBe(why)
    expect('wouldNotStart' in resolved).toBe(why !== undefined)
    const nothingServed = why !== undefined && !why.startsWith('listen')
    expect(resolved.effect === undefined).toBe(nothingServed)
  })
  it('a value that a copied text may have spoilt', () => {
    expect(running(['--max-wals=<n>'], { fidelity: 'text' }).wouldNotStart).toBe(
      'etcd would not accept --max-wals=<n>',
    )
  })
  it('but not a config file that leaves the advertised URL to its default', () => {
    const configFile = { path: '/e.yml', content: 'listen-client-urls: http://a:1' }
    expect(running(['--config-file=/e.yml'], { configFile }).wouldNotStart).toBeUndefined()
  })
})

describe('auto-TLS is inert behind certificates, and generates one else', () => {
  it.each<[string[], 'client' | 'peer', boolean, boolean]>([
    [['--auto-tls'], 'client', false, true],
    [['--auto-tls', ...CERTS], 'client', true, false],
    [['--auto-tls', '--cert-file=/c'], 'client', false, true],
    [['--auto-tls', '--key-file=/k'], 'client', false, true],
    [['--auto-tls', '--proxy=on', ...CERTS], 'client', false, true],
    [['--auto-tls'], 'peer', false, false],
    [CERTS, 'client', false, false],
    [['--peer-auto-tls'], 'peer', false, true],
    [['--peer-auto-tls', '--peer-cert-file=/c', '--peer-key-file=/k'], 'peer', true, false],
    [['--peer-auto-tls', '--peer-cert-file=/c'], 'peer', false, true],
    [['--peer-auto-tls', '--peer-key-file=/k'], 'peer', false, true],
    [['--peer-auto-tls', '--proxy=on', '--peer-cert-file=/c', '--peer-key-file=/k'], 'peer', true, false],
    [['--peer-auto-tls', ...CERTS], 'peer', false, true],
  ])('%j on the %s port', (args, side, inert, generating) => {
    const { settings } = running(args)
    expect(isInert(settings, side)).toBe(inert)
    expect(isGenerating(settings, side)).toBe(generating)
  })
})

describe('the config file that etcd chooses decides alone', () => {
  const configFile = { path: '/e.yml', content: 'client-transport-security: {auto-tls: true}' }
  const environ = ['ETCD_CONFIG_FILE=/e.yml']
  it.each<[string, string[], Partial<EtcdInput>, string]>([
    ['named by a flag', ['--config-file=/e.yml'], {}, 'config-file'],
    ['named by a variable', [], { environ }, 'config-file'],
    ['named by a variable in 3.4', [], { environ, minor: 304 }, 'config-file'],
    ['named by a variable in 3.3, which does not read it', [], { environ, minor: 303 }, 'default'],
    ['named by an empty flag', ['--config-file='], {}, 'default'],
  ])('%s', (_, args, rest, source) => {
    expect(running(args, { configFile, ...rest }).settings['auto-tls'].source).toBe(source)
  })
  it.each<[string, EtcdInput['configFile'], string, string]>([
    ['not looked for', undefined, 'CONFIG_FILE_UNREADABLE', 'its config file /e.yml could not be read'],
    [
      'not readable',
      { path: '/e.yml', content: null },
      'CONFIG_FILE_UNREADABLE',
      'its config file /e.yml could not be read',
    ],
    [
      'another file',
      { ...configFile, path: '/other.yml' },
      'CONFIG_FILE_UNREADABLE',
      'its config file /e.yml could not be read',
    ],
    ['cut', { ...configFile, truncated: true }, 'EVIDENCE_TRUNCATED', 'its config file /e.yml was cut'],
  ])('and leaves a gap where it was %s', (_, file, code, message) => {
    expect(resolve(['--config-file=/e.yml'], { configFile: file })).toEqual({ kind: 'gap', code, message })
  })
})

describe('what is no server is told apart', () => {
  it.each([
    [['gateway', 'start'], 'gateway'],
    [['grpc-proxy', 'start'], 'grpc-proxy'],
    [['--version'], 'prints-and-exits'],
  ])('%j', (args, mode) => {
    expect(resolve(args)).toEqual({ kind: 'not-a-server', mode })
  })
})

describe('a flag wins over its variable where both are taken', () => {
  it('before 3.4', () => {
    expect(
      running(['--name=a', '--auto-tls=false'], { environ: ['ETCD_AUTO_TLS=true'], minor: 303 }).settings[
        'auto-tls'
      ],
    ).toEqual({
      value: false,
      source: 'flag',
      text: '--auto-tls=false',
    })
  })
})
