import { describe, expect, it } from 'vitest'
import { readPsText } from '../../shared/etcd/ps-text.ts'

const COMMAND = '/usr/bin/etcd --name=a -auto-tls'
const ARGV = ['/usr/bin/etcd', '--name=a', '-auto-tls']

describe('a line of ps is read in every layout that people pipe into grep', () => {
  it.each([
    ['ps -ef', `root      2719     1  3 10:00 ?     00:01:02 ${COMMAND}`],
    ['ps -ef, of another day and terminal', `etcd 2719 12 0 Jan31 pts/0 1-02:03:04 ${COMMAND}`],
    ['ps -ef, minutes only', `root 2719 1 0 2025 ? 1:02 ${COMMAND}`],
    ['ps aux', `root      2719  3.1  0.5 10612340 81212 ?  Ssl  10:00   1:02 ${COMMAND}`],
    ['ps aux, whole percents', `root 2719 12 0 10 20 ? S<sl+ Jan31 100:02 ${COMMAND}`],
    ['BusyBox', ` 2719 root      1:02 ${COMMAND}`],
    ['BusyBox, hours', `2719 root 12h34 ${COMMAND}`],
    ['BusyBox, days', `2719 root 1d02 ${COMMAND}`],
    ['BusyBox with sizes', ` 2719 root     1036m S    ${COMMAND}`],
    ['BusyBox with sizes, in kilobytes', `2719 root 81212 S<N ${COMMAND}`],
    ['BusyBox with sizes, in gigabytes', `2719 root 10g R ${COMMAND}`],
  ])('%s', (_, line) => {
    expect(readPsText(line)).toEqual([{ pid: 2719, argv: ARGV, text: line.trim(), cut: false }])
  })
  it.each([
    ['ps -ef', '  root   2719   1   3   10:00   ?   12-00:01:02   etcd'],
    ['ps aux', '  root   2719   3.1   0.5   106   812   pts/0   Ssl   10:00   1:02   etcd'],
    ['BusyBox', '   2719   root   1:02   etcd'],
    ['BusyBox with sizes', '   2719   root   812   S   etcd'],
  ])('%s, in wide columns', (_, line) => {
    expect(readPsText(line)).toMatchObject([{ pid: 2719, argv: ['etcd'] }])
  })
  it('arguments alone, as ps -o args prints them', () => {
    expect(readPsText(`  ${COMMAND}  `)).toEqual([{ argv: ARGV, text: COMMAND, cut: false }])
  })
  it('among headers, warnings and other programs, with CRLF line ends', () => {
    const text = [
      'UID PID PPID C STIME TTY TIME CMD',
      '',
      'root 5 1 0 10:00 ? 00:00:01 grep etcd',
      'root 7 1 0 10:00 ? 00:00:01 etcd --name=a',
      'root 8 1 0 10:00 ? 00:00:01 etcd-manager etcd --name=b',
      'root 9 1 0 10:00 ? 00:00:01 x etcd',
    ].join('\r\n')
    expect(readPsText(text)).toMatchObject([{ pid: 7, argv: ['etcd', '--name=a'], cut: false }])
  })
})

describe('a line that may have been cut is marked', () => {
  const etcd = (args: string): string => `root 7 1 0 10:00 ? 00:00:01 etcd ${args}`
  it.each([
    ['of 80 columns', etcd('--name=').padEnd(80, 'n'), true],
    ['of 79 columns', etcd('--name=').padEnd(79, 'n'), false],
    ['of 81 columns', etcd('--name=').padEnd(81, 'n'), false],
    ['that ends in dots', etcd('--na...'), true],
    ['that ends in an ellipsis', etcd('--na…'), true],
    ['that ends in an arrow', etcd('--na>'), true],
    ['that is the only one of its width', `${etcd('--name=a')}\n${etcd('--name=bb')}`, false],
    ['with dots inside', etcd('--name=a...b'), false],
    ['as wide as another one, the widest', `${etcd('--name=ab')}\n${etcd('--name=cd')}`, true],
    [
      'as wide as another one, not the widest',
      `${etcd('--name=a')}\n${etcd('--name=b')}\n${etcd('--name=widest')}`,
      false,
    ],
    ['wider than all others', `${etcd('--name=abc')}\nroot 8 1 0 10:00 ? 00:00:01 sh`, false],
  ])('%s', (_, text, cut) => {
    expect(readPsText(text)[0]?.cut).toBe(cut)
  })
  it('where there are more etcds than any host runs', () => {
    const lines = (count: number): string =>
      Array.from({ length: count }, (_, i) => `etcd --name=${i}`).join('\n')
    const many = readPsText(`${lines(1_001)}\n${'w'.repeat(99)}`)
    expect(many).toHaveLength(1_000)
    expect(many.every(({ cut }) => cut)).toBe(true)
    expect(readPsText(`${lines(1_000)}\n${'w'.repeat(99)}`).some(({ cut }) => cut)).toBe(false)
  })
})
