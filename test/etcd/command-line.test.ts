import { describe, expect, it } from 'vitest'
import { parseCommandLine } from '../../shared/etcd/command-line.ts'

describe('arguments are read as Go reads flags', () => {
  it.each<[string, string[], Record<string, { value: string; text: string }>]>([
    [
      'one dash or two',
      ['-name=a', '--data-dir=b'],
      { name: { value: 'a', text: '-name=a' }, 'data-dir': { value: 'b', text: '--data-dir=b' } },
    ],
    ['a value as the next argument', ['--name', '--a'], { name: { value: '--a', text: '--name --a' } }],
    ['an empty value', ['--name='], { name: { value: '', text: '--name=' } }],
    ['a value with an equals sign', ['--name=a=b'], { name: { value: 'a=b', text: '--name=a=b' } }],
    [
      'a bare boolean, which takes no argument',
      ['--auto-tls', '--name=a'],
      { 'auto-tls': { value: 'true', text: '--auto-tls' }, name: { value: 'a', text: '--name=a' } },
    ],
    ['the last of several', ['--name=a', '--name=b'], { name: { value: 'b', text: '--name=b' } }],
    ['nothing behind a double dash', ['--name=a', '--'], { name: { value: 'a', text: '--name=a' } }],
    [
      'a version that is not asked for',
      ['--version=false'],
      { version: { value: 'false', text: '--version=false' } },
    ],
    ['no arguments', [], {}],
  ])('%s', (_, args, given) => {
    const line = parseCommandLine(args, 'exact')
    expect(line).toEqual({ kind: 'flags', given: new Map(Object.entries(given)) })
  })
  it.each<[string, string[], string, string, string]>([
    ['an unknown flag', ['--nope=1'], 'FLAG_UNKNOWN', 'etcd has no flag --nope', '--nope=1'],
    [
      'three dashes',
      ['---name=a'],
      'FLAG_SYNTAX_INVALID',
      'etcd cannot read the argument ---name=a',
      '---name=a',
    ],
    ['a flag without a name', ['--=a'], 'FLAG_SYNTAX_INVALID', 'etcd cannot read the argument --=a', '--=a'],
    ['a missing value', ['--name'], 'FLAG_VALUE_MISSING', '--name needs a value', '--name'],
    [
      'a wrong value',
      ['--auto-tls=yes'],
      'FLAG_VALUE_INVALID',
      'etcd refuses the value of --auto-tls',
      '--auto-tls=yes',
    ],
    [
      'a wrong value as the next argument',
      ['--max-wals', 'x'],
      'FLAG_VALUE_INVALID',
      'etcd refuses the value of --max-wals',
      '--max-wals x',
    ],
    [
      'a word',
      ['serve'],
      'ARGUMENT_NOT_A_FLAG',
      'etcd takes no arguments but flags, and got "serve"',
      'serve',
    ],
    [
      'a word behind a boolean',
      ['--auto-tls', 'true'],
      'ARGUMENT_NOT_A_FLAG',
      'etcd takes no arguments but flags, and got "true"',
      'true',
    ],
    [
      'a word with a dash inside',
      ['a-name=x'],
      'ARGUMENT_NOT_A_FLAG',
      'etcd takes no arguments but flags, and got "a-name=x"',
      'a-name=x',
    ],
    ['a dash alone', ['-'], 'ARGUMENT_NOT_A_FLAG', 'etcd takes no arguments but flags, and got "-"', '-'],
    ['an empty argument', [''], 'ARGUMENT_NOT_A_FLAG', 'etcd takes no arguments but flags, and got ""', ''],
    [
      'a word behind a double dash',
      ['--', '--name=a'],
      'ARGUMENT_NOT_A_FLAG',
      'etcd takes no arguments but flags, and got "--name=a"',
      '--name=a',
    ],
  ])('refuses %s', (_, args, code, message, text) => {
    expect(parseCommandLine(args, 'exact')).toEqual({ kind: 'refused', refusal: { code, message, text } })
  })
  it.each([['--help'], ['-h'], ['-help'], ['--version'], ['--version=1'], ['--name=a', '--version']])(
    'prints and exits with %s',
    (...args) => {
      expect(parseCommandLine(args, 'exact')).toEqual({ kind: 'prints-and-exits' })
    },
  )
  it('keeps the first value that etcd would not take, where the text may be a copy', () => {
    expect(parseCommandLine(['--name=a', '--max-wals=x', '--max-snapshots=y'], 'text')).toMatchObject({
      kind: 'flags',
      doubtfulValue: '--max-wals=x',
    })
  })
})
