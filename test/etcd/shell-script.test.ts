import { describe, expect, it } from 'vitest'
import { type ShellCommand, splitShellScript } from '../../shared/etcd/shell-script.ts'

const words = (script: string): string[][] => splitShellScript(script).map((one) => one.words)

describe('a script is split into its commands as a shell does', () => {
  it.each<[string, string, string[][]]>([
    ['each operator ends a command', 'a&&b||c;d|e&f\ng', [['a'], ['b'], ['c'], ['d'], ['e'], ['f'], ['g']]],
    ['groups and subshells', '{ a; }; (b c)', [['a'], ['b', 'c']]],
    ['blanks of every kind', '\ta \r b\t', [['a', 'b']]],
    ['single quotes keep everything', `a '$X "b" \\ #c;d'`, [['a', '$X "b" \\ #c;d']]],
    ['double quotes keep operators', 'a "b;c | d"', [['a', 'b;c | d']]],
    ['a backslash in double quotes escapes only what is special', '"\\"\\\\\\$\\`\\n"', [['"\\$`\\n']]],
    ['a backslash outside of quotes takes the next character as it is', 'a\\ b\\;c', [['a b;c']]],
    ['quotes in the middle of a word', `--a='x y'"z"w`, [['--a=x yzw']]],
    ['a quote that is never closed runs to the end', "a 'b c", [['a', 'b c']]],
    ['a double quote that is never closed runs to the end', 'a "b c', [['a', 'b c']]],
    ['a backslash at the very end', 'a b\\', [['a', 'b']]],
    ['continued lines are joined', 'a \\\n  b\\\nc', [['a', 'bc']]],
    ['a comment ends with its line', 'a # b; c\nd', [['a'], ['d']]],
    ['a hash inside a word is none', 'a#b', [['a#b']]],
    ['redirections and their targets are no words', 'a >/x 2>>y 2>&1 <in b <&3 >| c', [['a', 'b']]],
    ['a redirection close to its word', 'a>x b', [['a', 'b']]],
    [
      'expansions stay as they stand',
      'a $(b; c) ${D:-e f} $G $(h (i) j)',
      [['a', '$(b; c)', '${D:-e f}', '$G', '$(h (i) j)']],
    ],
    ['an expansion that is never closed runs to the end', 'a $(b c', [['a', '$(b c']]],
    ['an expansion in the middle of a word', 'a --x=${Y}z', [['a', '--x=${Y}z']]],
    ['a function', 'run() { a; }; b{c;d}', [['run'], ['a'], ['b'], ['c'], ['d']]],
    ['nothing', ' \n; # a', []],
  ])('%s', (_, script, commands) => {
    expect(words(script)).toEqual(commands)
  })
})

describe('variables in front of a command are told from its words', () => {
  it.each<[string, ShellCommand]>([
    [
      'A=1 B="x y" etcd C=2',
      {
        words: ['etcd', 'C=2'],
        assignments: [
          ['A', '1'],
          ['B', 'x y'],
        ],
      },
    ],
    ['A=1', { words: [], assignments: [['A', '1']] }],
    [
      'export A=1 B=',
      {
        words: [],
        assignments: [
          ['A', '1'],
          ['B', ''],
        ],
      },
    ],
    ['export A', { words: ['A'], assignments: [] }],
    ['_a9=b=c etcd', { words: ['etcd'], assignments: [['_a9', 'b=c']] }],
    ['9A=1 etcd', { words: ['9A=1', 'etcd'], assignments: [] }],
    ['"A=x\ny" etcd', { words: ['etcd'], assignments: [['A', 'x\ny']] }],
    ['--a=b etcd', { words: ['--a=b', 'etcd'], assignments: [] }],
  ])('%j', (script, command) => {
    expect(splitShellScript(script)).toEqual([command])
  })
})
