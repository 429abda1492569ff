import { readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parseRule, ruleFiles } from '../../shared/rules/load.ts'
import { controlOf, type Rule } from '../../shared/rules/rule.ts'

const files = ruleFiles()
const read = (file: string): Rule => parseRule(readFileSync(file, 'utf8'), file)
const [first = ''] = files
const rule = read(first)
const changed = (change: object): Rule => {
  const id = 'id' in change ? change.id : rule.id
  return parseRule(JSON.stringify({ ...rule, ...change }), `${id}.yaml`)
}

describe('the rules that come with the scanner', () => {
  it('are the YAML files of its folder, in the order of their names', () => {
    const names = files.map((file) => basename(file))
    expect(names).toEqual([...names].sort())
    expect(names).toContain('etcd-auto-tls-disabled.yaml')
    expect(names.every((name) => name.endsWith('.yaml'))).toBe(true)
  })
  it.each(files)('%s is accepted', (file) => {
    expect(`${read(file).id}.yaml`).toBe(basename(file))
  })
})

describe('a rule is refused', () => {
  const [pass] = rule.examples.filter((one) => one.status === 'PASS')
  const without = (status: string) => rule.examples.filter((one) => one.status !== status)
  it.each<[string, object, string]>([
    ['without an example that passes', { examples: without('PASS') }, 'needs an example that passes'],
    ['without an example that fails', { examples: without('FAIL') }, 'needs an example that fails'],
    [
      'without an example with facts missing',
      { examples: without('ERROR') },
      'needs an example with facts missing',
    ],
    ['with an odd id', { id: 'Two Words' }, 'must be lower case words joined by dashes'],
    ['with an id that begins oddly', { id: '-a' }, 'must be lower case words joined by dashes'],
    ['with an id that ends oddly', { id: 'a-' }, 'must be lower case words joined by dashes'],
    ['with an unknown severity', { severity: 'urgent' }, 'severity'],
    ['without a condition', { assert: { all: [] } }, 'assert.all'],
    ['without a fact', { facts: [] }, 'facts'],
    ['with an empty title', { title: '' }, 'title'],
    ['with a fraction as version', { version: 1.5 }, 'version'],
    ['with version 0', { version: 0 }, 'version'],
    ['without a control', { controls: [] }, 'controls'],
    ['without a reference', { references: [] }, 'references'],
    [
      'with an example that is judged to be something else',
      { examples: [...rule.examples, { ...pass, status: 'FAIL' }] },
      `this example is said to be FAIL ${pass?.reason} and is judged PASS ${pass?.reason}; correct one of them`,
    ],
    [
      'with an example that is judged for another reason',
      { examples: [{ ...pass, reason: 'LUCK' }, ...rule.examples] },
      `this example is said to be PASS LUCK and is judged PASS ${pass?.reason}; correct one of them`,
    ],
  ])('%s', (_, change, message) => {
    expect(() => changed(change)).toThrow(message)
  })
  it('with the line of the example that is wrong', () => {
    const text = readFileSync(first, 'utf8').replace(/(examples:\n(?:.*\n)*? +reason: )\w+/, '$1LUCK')
    const line = text.split('\n').findIndex((one) => /^ +- title/.test(one)) + 1
    expect(() => parseRule(text, first)).toThrow(`:${line}: this example`)
  })
  it('with the line of an id that is not the name of its file', () => {
    const text = `# a comment\n${readFileSync(first, 'utf8')}`
    expect(() => parseRule(text, 'other.yaml')).toThrow(/^other\.yaml:2: `id` is /)
  })
  it('where it is empty, with how to begin', () => {
    expect(() => parseRule('', 'a.yaml')).toThrow('begin with `id:`')
  })
})

describe('a rule is accepted', () => {
  it.each(['low', 'medium', 'high', 'critical'])('with severity %s', (severity) => {
    expect(changed({ severity }).severity).toBe(severity)
  })
  it('with an example of a host that it says nothing about', () => {
    const evidence = { schemaVersion: 1, view: 'full', processes: [], apiservers: [], manifests: [] }
    const example = { title: 'a worker', status: 'NOT_APPLICABLE', reason: 'NOT_A_CONTROL_PLANE', evidence }
    expect(changed({ examples: [...rule.examples, example] }).examples).toHaveLength(rule.examples.length + 1)
  })
  it.each(['trusted-ca-file', 'peer-trusted-ca-file', 'peer-key-file', 'key-file'])('about %s', (setting) => {
    expect(() => changed({ assert: { all: [{ setting, set: true }] } })).not.toThrow('assert')
  })
})

describe('the control that a finding names', () => {
  const control = (framework: string, name: string) => ({
    framework,
    version: '1',
    control: name,
    title: 't',
  })
  it('is that of the Kubernetes benchmark, else the first', () => {
    const of = (...controls: Rule['controls']) => controlOf({ ...rule, controls })
    expect(of(control('a', '1'), control('cis-kubernetes', '2'))).toBe('2')
    expect(of(control('a', '1'), control('b', '2'))).toBe('1')
    expect(of()).toBe(rule.id)
  })
})
