import { describe, expect, it } from 'vitest'
import { readConfigFile } from '../../shared/etcd/config-file.ts'

const settings = (text: string, minor?: number) => {
  const read = readConfigFile(text, minor)
  if (read.kind === 'refused') throw new Error(read.refusal.message)
  return read.settings
}
const client = (text: string): string => `client-transport-security: {${text}}`

describe('what a config file sets', () => {
  it('is told with its path in the file', () => {
    const text = [
      'listen-client-urls: https://a:1',
      'listen-client-http-urls: http://a:2',
      'advertise-client-urls: https://a:3',
      'listen-peer-urls: https://a:4',
      'proxy: readonly',
      'client-transport-security: {auto-tls: true, cert-file: c, key-file: k, trusted-ca-file: t, client-cert-auth: false}',
      'peer-transport-security: {auto-tls: true, cert-file: pc, key-file: pk, trusted-ca-file: pt, client-cert-auth: true}',
    ].join('\n')
    const of = (value: boolean | string, path: string) => ({
      value,
      source: 'config-file',
      text: `${path}: ${value}`,
    })
    expect(settings(text)).toEqual({
      'listen-client-urls': of('https://a:1', 'listen-client-urls'),
      'listen-client-http-urls': of('http://a:2', 'listen-client-http-urls'),
      'advertise-client-urls': of('https://a:3', 'advertise-client-urls'),
      'listen-peer-urls': of('https://a:4', 'listen-peer-urls'),
      proxy: of('readonly', 'proxy'),
      'auto-tls': of(true, 'client-transport-security.auto-tls'),
      'cert-file': of('c', 'client-transport-security.cert-file'),
      'key-file': of('k', 'client-transport-security.key-file'),
      'trusted-ca-file': of('t', 'client-transport-security.trusted-ca-file'),
      'client-cert-auth': of(false, 'client-transport-security.client-cert-auth'),
      'peer-auto-tls': of(true, 'peer-transport-security.auto-tls'),
      'peer-cert-file': of('pc', 'peer-transport-security.cert-file'),
      'peer-key-file': of('pk', 'peer-transport-security.key-file'),
      'peer-trusted-ca-file': of('pt', 'peer-transport-security.trusted-ca-file'),
      'peer-client-cert-auth': of(true, 'peer-transport-security.client-cert-auth'),
    })
  })
  it.each([
    ['an empty file', ''],
    ['an empty section', 'client-transport-security:'],
    ['a null', client('auto-tls: null, cert-file: ~')],
    ['an unknown key', 'nonsense: [1]'],
    [
      'a setting that only a section holds',
      'auto-tls: true\ncert-file: 5\npeer-auto-tls: x\nclient-cert-auth: x',
    ],
    ['an unknown key of a section', client('nonsense: [1]')],
    ['an empty choice', "initial-cluster-state: ''"],
    ['an empty URL', "listen-client-urls: ''"],
    ['a list that an older etcd does not know', client('allowed-cn: text')],
  ])('is nothing for %s', (_, text) => {
    expect(Object.values(settings(text)).every(({ source }) => source === 'default')).toBe(true)
  })
  it('is the same for keys in another case, where the last in sorted order counts', () => {
    expect(settings(client('auto-tls: true, Auto-TLS: false'))['auto-tls'].value).toBe(true)
    expect(settings(client('auto-tl\u017f: true'))['auto-tls'].value).toBe(true)
    expect(settings('CLIENT-TRANSPORT-SECURITY: {AUTO-TLS: true}')['auto-tls'].value).toBe(true)
  })
})

describe('a value of another type is refused, with the place and the reason', () => {
  it.each<[string, string, string, number?]>([
    ['- a', 'it is not a map', '[...]'],
    ['text', 'it is not a map', '"text"'],
    [
      'client-transport-security: 5',
      'client-transport-security is not a map',
      'client-transport-security: 5',
    ],
    [
      'peer-transport-security: [a]',
      'peer-transport-security is not a map',
      'peer-transport-security: [...]',
    ],
    [
      client('auto-tls: "true"'),
      'client-transport-security.auto-tls must be true or false, without quotes',
      'client-transport-security.auto-tls: "true"',
    ],
    [
      client('cert-file: 5'),
      'client-transport-security.cert-file must be a text',
      'client-transport-security.cert-file: 5',
    ],
    [
      client('cert-file: {a: b}'),
      'client-transport-security.cert-file must be a text',
      'client-transport-security.cert-file: {...}',
    ],
    [
      client('allowed-cn: text'),
      'client-transport-security.allowed-cn must be a list',
      'client-transport-security.allowed-cn: "text"',
      305,
    ],
    [
      client('allowed-hostname: 5'),
      'client-transport-security.allowed-hostname must be a list',
      'client-transport-security.allowed-hostname: 5',
      306,
    ],
    ['name: 5', 'name must be a text', 'name: 5'],
    [
      'force-new-cluster: 1',
      'force-new-cluster must be true or false, without quotes',
      'force-new-cluster: 1',
    ],
    ['heartbeat-interval: x', 'heartbeat-interval must be a whole number', 'heartbeat-interval: "x"'],
    ['heartbeat-interval: -1', 'heartbeat-interval must be a whole number', 'heartbeat-interval: -1'],
    ['max-wals: 1.5', 'max-wals must be a whole number', 'max-wals: 1.5'],
    ['backend-batch-limit: x', 'backend-batch-limit must be a whole number', 'backend-batch-limit: "x"'],
    ['log-output: a', 'log-output must be a list', 'log-output: "a"', 304],
    ['cipher-suites: a', 'cipher-suites must be a list', 'cipher-suites: "a"'],
    ['cipher-suites: [5]', 'cipher-suites must be a text', 'cipher-suites: 5'],
    ['log-outputs: a', 'log-outputs must be a list', 'log-outputs: "a"'],
    [
      'listen-client-urls: nonsense',
      'listen-client-urls has a value that etcd cannot use',
      'listen-client-urls: nonsense',
    ],
    [
      'a: [',
      'Flow sequence in block collection must be sufficiently indented and end with a ]',
      'Flow sequence',
    ],
  ])('%s', (text, message, proof, minor) => {
    const read = readConfigFile(text, minor)
    if (read.kind !== 'refused') throw new Error('it was read')
    expect(read.refusal.code).toBe('CONFIG_FILE_INVALID')
    expect(read.refusal.message).toContain(`etcd refuses its config file: ${message}`)
    expect(read.refusal.text).toContain(proof)
  })
  it.each([
    'heartbeat-interval: 100',
    'max-wals: 0',
    'backend-batch-limit: -1',
    'max-wals: 1e1',
    'cipher-suites: [a, null]',
    'log-outputs: []',
    client('allowed-cn: [a]'),
  ])('takes %s', (text) => {
    expect(readConfigFile(text, 305).kind).toBe('settings')
  })
})
