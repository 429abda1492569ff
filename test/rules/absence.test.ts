import { describe, expect, it } from 'vitest'
import type { Evidence } from '../../shared/evidence/evidence.ts'
import { absenceOf } from '../../shared/rules/absence.ts'

const nothing: Evidence = { schemaVersion: 1, view: 'full', processes: [], apiservers: [], manifests: [] }
const pointingAt = (...etcdServers: string[]): Evidence => ({
  ...nothing,
  apiservers: [{ etcdServers }],
  hostAddresses: ['10.0.1.5', 'fd00::5'],
})

describe('an API server proves that its etcd is elsewhere', () => {
  it.each([
    ['https://10.0.9.1:2379'],
    ['http://10.0.9.1:2379'],
    [' https://10.0.9.1 '],
    ['https://[fd00::9]:2379'],
    ['https://210.0.1.5:2379'],
    ['https://10.127.100.110:2379'],
    ['https://10.10.127.5:2379'],
  ])('by %s', (url) => {
    expect(absenceOf(pointingAt(url), false)).toEqual({
      reason: 'ETCD_ELSEWHERE',
      message: 'the API server keeps its data in an etcd on other hosts',
      text: url,
    })
  })
  it('by each URL of each API server', () => {
    const two = pointingAt('https://10.0.9.1:1', 'https://10.0.9.2:1')
    const evidence = {
      ...two,
      apiservers: [...(two.apiservers ?? []), { etcdServers: ['https://10.0.9.3:1'] }],
    }
    expect(absenceOf(evidence, false)?.text).toBe('https://10.0.9.1:1,https://10.0.9.2:1,https://10.0.9.3:1')
  })
})

describe('an API server does not prove it', () => {
  it.each([
    ['this host by its address', 'https://10.0.1.5:2379'],
    ['this host by its IPv6 address', 'https://[fd00::5]:2379'],
    ['the loopback', 'https://127.0.0.1:2379'],
    ['another address of the loopback', 'https://127.9.9.9:2379'],
    ['the IPv6 loopback', 'https://[::1]:2379'],
    ['every address', 'https://0.0.0.0:2379'],
    ['every IPv6 address', 'https://[::]:2379'],
    ['a name', 'https://etcd.internal:2379'],
    ['a name that begins like an address', 'https://10.0.9.1.nip.io:2379'],
    ['a name that ends like an address', 'https://a10.0.9.1:2379'],
    ['a socket', 'unix:///run/etcd.sock'],
    ['no URL', '10.0.9.1:2379'],
    ['a URL behind something else', 'x https://10.0.9.1:2379'],
    ['nothing', ''],
  ])('by pointing at %s', (_, url) => {
    expect(absenceOf(pointingAt(url), false)).toBeUndefined()
    expect(absenceOf(pointingAt('https://10.0.9.1:2379', url), false)).toBeUndefined()
  })
  it.each<[string, Partial<Evidence>]>([
    ['none of its etcds is known', { apiservers: [{ etcdServers: null }] }],
    ['its list is empty', { apiservers: [{ etcdServers: [] }] }],
    [
      'one of two has an unknown etcd',
      { apiservers: [{ etcdServers: ['https://10.0.9.1:1'] }, { etcdServers: null }] },
    ],
    ['its command line was cut', { apiservers: [{ etcdServers: ['https://10.0.9.1:1'], truncated: true }] }],
    ['the addresses of the host are unknown', { hostAddresses: null }],
    ['the host has no address', { hostAddresses: [] }],
    ['the view is partial', { view: 'partial' }],
    ['a list was cut', { truncatedParts: ['apiservers'] }],
    ['built-in etcds could not be read', { embeddedEtcds: null }],
  ])('where %s', (_, change) => {
    expect(absenceOf({ ...pointingAt('https://10.0.9.1:2379'), ...change }, false)).toBeUndefined()
  })
})

describe('a host without etcd, API server and manifest is no control plane', () => {
  it('where everything was seen', () => {
    expect(absenceOf({ ...nothing, truncatedParts: [] }, false)).toEqual({
      reason: 'NOT_A_CONTROL_PLANE',
      message: 'no etcd, no API server and no etcd manifest are on this host',
    })
  })
  it.each<[string, Evidence, boolean]>([
    ['a manifest is there', { ...nothing, manifests: [{ path: 'etcd.yaml', content: null }] }, false],
    ['an etcd has just printed its version', nothing, true],
    ['the processes could not be read', { ...nothing, processes: null }, false],
    ['the manifests could not be read', { ...nothing, manifests: null }, false],
    ['the API servers could not be read', { ...nothing, apiservers: null }, false],
  ])('but not where %s', (_, evidence, transient) => {
    expect(absenceOf(evidence, transient)).toBeUndefined()
  })
})
