import { describe, expect, it } from 'vitest'
import type { FlagKind } from '../../shared/etcd/flags.ts'
import { parseUrls, readValue } from '../../shared/etcd/go-values.ts'

const accepted: [FlagKind, string[]][] = [
  ['bool', ['1', 't', 'T', 'true', 'TRUE', 'True', '0', 'f', 'F', 'false', 'FALSE', 'False']],
  ['string', ['', 'anything at all']],
  ['ignored', ['', 'x']],
  [
    'int',
    [
      ...[
        '0',
        '7',
        '-7',
        '+7',
        '1000000',
        '1_000',
        '0x1F',
        '0XaB',
        '0x_f',
        '0b101',
        '0B1',
        '0o17',
        '0O7',
        '017',
        '0_7',
      ],
      ...['9223372036854775807', '0777777777777777777777', '-9223372036854775808'],
    ],
  ],
  ['uint', ['0', '18446744073709551615', '0xffffffffffffffff']],
  [
    'duration',
    ['0', '+0', '-0', '300ms', '.55s', '-1.5h', '2h45m', '1.s', '.5s', '1ns', '1us', '1µs', '1μs', '10m12s'],
  ],
  [
    'urls',
    [
      '',
      'http://localhost:2379',
      'https://a:1,unix://b:2',
      ' https://[::1]:2379',
      'HTTPS://a:1',
      'unixs://a:',
    ],
  ],
  ['urls|*', ['*', 'http://a:1']],
  ['new|existing', ['new', 'existing']],
  ['off|readonly|on', ['off', 'readonly', 'on']],
]
const refused: [FlagKind, string[]][] = [
  ['bool', ['', 'yes', 'on', 'tRUE', 'no', '2']],
  [
    'int',
    [
      ...[
        '',
        '-',
        '+',
        '1.5',
        '1e3',
        'x1',
        '1x',
        '_1',
        '1_',
        '1__0',
        '0x',
        '0xg',
        '0b2',
        '0o8',
        '08',
        '--1',
        ' 1',
      ],
      ...['9223372036854775808', '01000000000000000000000', '-9223372036854775809'],
    ],
  ],
  ['uint', ['-1', '+1', '18446744073709551616', '']],
  ['duration', ['', '1', '1 s', 's', '.s', '1d', 'x1s', '1sx', '--1s', '00']],
  [
    'urls',
    [
      ...[
        'localhost:2379',
        'http://localhost',
        'ftp://a:1',
        'http://a:1/',
        'http://a:1/path',
        'http://a:x',
        'x http://a:1',
      ],
      ...['http://a:1,', 'http://a b:1', 'http://[::1:2379', '*'],
    ],
  ],
  ['urls|*', ['', '**']],
  ['new|existing', ['', 'New', 'new|existing']],
]

describe("a flag's value is taken and refused as Go does", () => {
  it.each(accepted.flatMap(([kind, texts]) => texts.map((text) => [kind, text] as const)))(
    '%s takes %j',
    (kind, text) => {
      expect(readValue(kind, text, 'exact')).toBe('accepted')
    },
  )
  it.each(refused.flatMap(([kind, texts]) => texts.map((text) => [kind, text] as const)))(
    '%s refuses %j',
    (kind, text) => {
      expect(readValue(kind, text, 'exact')).toBe('refused')
    },
  )
})

describe('a value that stands in a text may have been cut or filled in later', () => {
  it.each(['${IP}:1', '$(IP)', '$IP', '{{ ip }}', '<ip>'])(
    '%s is a template, even in a command line',
    (text) => {
      expect(readValue('int', text, 'exact')).toBe('doubtful')
    },
  )
  it('is doubted in a copy, but not where it is a wrong boolean', () => {
    expect(readValue('int', 'x', 'text')).toBe('doubtful')
    expect(readValue('bool', 'yes', 'text')).toBe('refused')
    expect(readValue('bool', '${ON}', 'exact')).toBe('refused')
  })
  it('is no template for a dollar alone', () => {
    expect(readValue('int', '5$', 'exact')).toBe('refused')
  })
})

describe('a list of URLs', () => {
  it('is read with blanks around it, users, queries and marks, its scheme without regard to case', () => {
    expect(parseUrls('http://u:p@a:1?q#ff , UNIXS://[fe80::1%25eth0]:2,https://:3')).toEqual([
      { scheme: 'http', host: 'a' },
      { scheme: 'unixs', host: '[fe80::1%25eth0]' },
      { scheme: 'https', host: '' },
    ])
  })
})
