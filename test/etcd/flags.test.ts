import { describe, expect, it } from 'vitest'
import { settingsFromEnvironment } from '../../shared/etcd/environment.ts'
import { flagKind, flagOfVariable, minorOf } from '../../shared/etcd/flags.ts'

describe('a release series is read from a version', () => {
  it.each([
    ['3.4', 304],
    ['v3.5.10', 305],
    ['3.6.0-rc.1', 306],
    ['3.5-k3s1', 305],
    ['3.5+git', 305],
    ['3.5_1', 305],
    ['v3.10.1', 310],
    ['12.34', 1234],
    ['3', undefined],
    ['3.5x', undefined],
    ['x3.5', undefined],
    ['123.4', undefined],
    ['3.123', undefined],
    ['', undefined],
  ])('%j', (version, minor) => {
    expect(minorOf(version)).toBe(minor)
  })
})

describe('a flag is known to the series that have it', () => {
  it.each<[string, number, string | undefined]>([
    ['auto-tls', 304, 'bool'],
    ['feature-gates', 305, undefined],
    ['feature-gates', 306, 'string'],
    ['enable-v2', 305, 'bool'],
    ['enable-v2', 306, undefined],
    ['ca-file', 303, 'string'],
    ['ca-file', 304, undefined],
    // A release that is newer or older than all that are known has the flags of the nearest one.
    ['feature-gates', 312, 'string'],
    ['ca-file', 300, 'string'],
    ['nonsense', 304, undefined],
  ])('--%s in %d', (name, minor, kind) => {
    expect(flagKind(name, minor)).toBe(kind)
  })
  it.each([
    ['feature-gates', 'string'],
    ['enable-v2', 'bool'],
    ['debug', 'bool'],
    ['ca-file', undefined],
    ['nonsense', undefined],
  ])('--%s, where the version is unknown, if any from 3.4 on has it', (name, kind) => {
    expect(flagKind(name)).toBe(kind)
  })
})

describe('a variable stands for a flag', () => {
  it.each([
    ['ETCD_AUTO_TLS', 'auto-tls'],
    ['ETCD_PEER_TRUSTED_CA_FILE', 'peer-trusted-ca-file'],
    ['ETCD_auto_tls', undefined],
    ['AUTO_TLS', undefined],
    ['ETCD_ROOT_PASSWORD', undefined],
  ])('%s', (variable, flag) => {
    expect(flagOfVariable(variable)).toBe(flag)
  })
})

describe('what variables set', () => {
  const read = (variables: Record<string, string>, flags: string[] = [], minor?: number) => {
    const result = settingsFromEnvironment(new Map(Object.entries(variables)), new Set(flags), 'exact', minor)
    return result.kind === 'refused' ? result.refusal : Object.fromEntries(result.given)
  }
  it('is told with the variable, and nothing for an empty or a foreign one', () => {
    expect(read({ ETCD_NAME: 'a=b', ETCD_DATA_DIR: '', HOME: '/', ETCD_UNSUPPORTED_ARCH: 'arm' })).toEqual({
      name: { value: 'a=b', text: 'ETCD_NAME=a=b' },
    })
  })
  it('is refused for a value that etcd cannot read', () => {
    expect(read({ ETCD_AUTO_TLS: 'yes' })).toEqual({
      code: 'VARIABLE_VALUE_INVALID',
      message: 'etcd refuses the value of ETCD_AUTO_TLS',
      text: 'ETCD_AUTO_TLS=yes',
    })
  })
  const conflict = {
    code: 'FLAG_AND_VARIABLE_CONFLICT',
    message: 'etcd refuses a setting given twice: --name and ETCD_NAME',
    text: 'ETCD_NAME=a',
  }
  it.each([undefined, 304, 305])(
    'is refused beside its flag from 3.4 on, or in an unknown version (%s)',
    (minor) => {
      expect(read({ ETCD_NAME: 'a', ETCD_DATA_DIR: 'b' }, ['name', 'data-dir'], minor)).toEqual(conflict)
    },
  )
  it('is refused beside its flag even where it is empty', () => {
    expect(read({ ETCD_NAME: '' }, ['name'])).toMatchObject({ text: 'ETCD_NAME=' })
  })
  it('gives way to its flag before 3.4', () => {
    expect(read({ ETCD_NAME: 'a' }, ['name'], 303)).toEqual({})
  })
  it('counts ETCD_VERSION up to 3.4, and not in an unknown version', () => {
    expect(read({ ETCD_VERSION: '3.4.3' }, [], 304)).toMatchObject({ code: 'VARIABLE_VALUE_INVALID' })
    expect(read({ ETCD_VERSION: '3.5.1' }, [], 305)).toEqual({})
    expect(read({ ETCD_VERSION: '3.5.1' })).toEqual({})
  })
})
