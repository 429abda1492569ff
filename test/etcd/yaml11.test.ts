import { describe, expect, it } from 'vitest'
import { readYaml11, YamlError } from '../../shared/etcd/yaml11.ts'

const map = (entries: Record<string, unknown>) => new Map(Object.entries(entries))

describe('a text is read as YAML 1.1, as etcd and the kubelet do', () => {
  it.each<[string, unknown]>([
    ['', null],
    ['# nothing', null],
    ['~', null],
    ['a: yes\nb: Off\nc: "yes"\nd: n', map({ a: true, b: false, c: 'yes', d: false })],
    ['a: 5\nb: 1.5\nc: 017\nd: 1_000', map({ a: 5n, b: 1.5, c: 15n, d: 1000n })],
    ['a: 9007199254740993', map({ a: 9007199254740993n })],
    ['a: 2026-01-31', map({ a: '2026-01-31' })],
    ['a: 1\na: 2', map({ a: 2n })],
    ['a: &x {b: 1}\nc: *x', map({ a: map({ b: 1n }), c: map({ b: 1n }) })],
    ['x: &x {a: 1, b: 2}\nz: {a: 3, <<: *x}', map({ x: map({ a: 1n, b: 2n }), z: map({ a: 1n, b: 2n }) })],
    ['z: {<<: [{a: 1}, {a: 2, b: 3}]}', map({ z: map({ a: 1n, b: 3n }) })],
    ['z: {"<<": {a: 1}}', map({ z: map({ '<<': map({ a: 1n }) }) })],
    ['5: a\ntrue: b\n~: c', map({ 5: 'a', true: 'b', null: 'c' })],
    ['? a\n: b\n? c', map({ a: 'b', c: null })],
    ['[a, ~, [b]]', ['a', null, ['b']]],
    ['a: !mine b', map({ a: 'b' })],
    ['a: 1\n---\nb: [', map({ a: 1n })],
    ['%YAML 1.1\n---\na: 1', map({ a: 1n })],
  ])('%j', (text, value) => {
    expect(readYaml11(text)).toEqual(value)
  })
})

describe('a text that is refused says why', () => {
  const deep = (levels: number): string => `${'['.repeat(levels)}${']'.repeat(levels)}`
  it.each([
    ['a: \u0007', 'control characters are not allowed'],
    ['a: \u2028', 'control characters are not allowed'],
    ['%YAML 1.2\n---\na: 1', 'only YAML 1.1 is accepted'],
    ['a: .inf', 'a number must be finite'],
    ['a: .nan', 'a number must be finite'],
    ['{a: b}: c', 'a map key must be a scalar'],
    ['[a]: c', 'a map key must be a scalar'],
    ['a: *x', "unknown anchor 'x'"],
    ['a: &x [*x]', 'an anchor contains itself'],
    ['a: &x {b: *x}', 'an anchor contains itself'],
    ['a: {<<: 5}', 'a merge key needs a map, or a list of maps'],
    ['a: {<<: [{b: 1}, c]}', 'a merge key needs a map, or a list of maps'],
    [deep(102), 'too many aliases or levels'],
    ['a: !!nonsense b', 'Unresolved tag: tag:yaml.org,2002:nonsense'],
  ])('%j', (text, message) => {
    expect(() => readYaml11(text)).toThrow(YamlError)
    expect(() => readYaml11(text)).toThrow(new RegExp(`^${message.replaceAll('*', '\\*')}`))
  })
  it.each([
    ['lists', deep(1_001)],
    ['maps', '{a: '.repeat(1_001)],
    ['lists in texts, behind what closes nothing', `${']}'.repeat(9)}${'["'.repeat(1_001)}`],
    ['lists in one line', '- '.repeat(1_000)],
    ['keys in one line', '?\t '.repeat(1_000)],
  ])('for too many %s', (_, text) => {
    expect(() => readYaml11(text)).toThrow(/^too many levels/)
  })
  it('for a text that no configuration is as long as', () => {
    expect(() => readYaml11(`a: ${'x'.repeat(1024 * 1024)}`)).toThrow(/^it is too large/)
  })
  it('only where it is deeper than any configuration', () => {
    expect(readYaml11(deep(100))).toBeInstanceOf(Array)
    const quoted = (text: string, times: number): string => JSON.stringify(text.repeat(times))
    for (const text of [quoted('[]{}', 2_000), quoted('[', 1_000), quoted('- ', 999), quoted('-', 2_000)])
      expect(readYaml11(text)).toBe(JSON.parse(text))
  })
})
