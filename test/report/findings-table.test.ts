import { describe, expect, it } from 'vitest'
import type { Finding } from '../../shared/findings/finding.ts'
import { countLine, renderFindings } from '../../shared/report/findings-table.ts'
import { unpainted } from '../../shared/report/grid.ts'

const finding = (over: Partial<Finding> = {}): Finding => ({
  ruleId: 'etcd-auto-tls-disabled',
  control: '2.3',
  severity: 'high',
  status: 'FAIL',
  reason: 'AUTO_TLS_ENABLED',
  message: 'etcd (pid 812) runs with auto-TLS on, set by --auto-tls=true',
  caveats: [],
  evidence: [{ source: 'process', pid: 812, text: '--auto-tls=true' }],
  ...over,
})

const passing = finding({ status: 'PASS', reason: 'AUTO_TLS_OFF', message: 'auto-TLS is off', evidence: [] })

const show = (...findings: Finding[]) =>
  renderFindings(
    findings.map((each, i) => ({ where: `i-${i}`, finding: each })),
    unpainted,
  )

describe('the table of findings', () => {
  it('shows the token that proves a failure, and the process that carries it', () => {
    expect(show(finding())).toMatch(
      /FAIL +i-0 +2\.3 +AUTO_TLS_ENABLED\n.*\n +proof +--auto-tls=true {2}\(process, pid 812\)/,
    )
  })

  it('lists what fails before what passes, whatever the order of the fleet', () => {
    const text = show(passing, finding())
    expect(text.indexOf('i-1')).toBeLessThan(text.indexOf('i-0'))
  })

  it('says both sides only where the running etcd and the declared one differ', () => {
    const running = {
      status: 'FAIL' as const,
      processes: [{ pid: 812, status: 'FAIL' as const, reason: 'AUTO_TLS_ENABLED', caveats: [] }],
    }
    const declared = (status: 'PASS' | 'FAIL') => ({
      status,
      manifests: [{ path: '/etc/kubernetes/manifests/etcd.yaml', status, reason: 'R', caveats: [] }],
    })
    expect(show(finding({ running, declared: declared('PASS') }))).toContain(
      'PASS after the next restart: R in /etc/kubernetes/manifests/etcd.yaml',
    )
    expect(show(finding({ running, declared: declared('FAIL') }))).not.toContain('declared')
  })

  it('says what the port serves where that is not what one wants', () => {
    const good = { servedOnClientPort: 'given-cert', clientCertRequired: true } as const
    expect(show(finding({ effect: { ...good, servedOnClientPort: 'plain-http' } }))).toContain('plain HTTP')
    expect(show(finding({ effect: { ...good, clientCertRequired: false } }))).toContain('need no certificate')
    expect(show(finding({ effect: good }))).not.toContain('effect')
  })

  it('shows caveats, and that a finding is older than the last scan', () => {
    const text = renderFindings(
      [
        {
          where: 'i-0',
          finding: finding({ caveats: ['ENVIRONMENT_NOT_SEEN'] }),
          since: '2026-01-30T09:00:00.000Z',
          stale: {
            state: 'unreachable',
            since: '2026-02-01T06:00:00.000Z',
            assessedAt: '2026-01-31T12:00:00.000Z',
          },
        },
      ],
      unpainted,
    )
    expect(text).toContain('caveats   ENVIRONMENT_NOT_SEEN')
    expect(text).toContain('stale     unreachable since 2026-02-01 06:00Z; last assessed 2026-01-31 12:00Z')
    expect(text).toContain('2026-01-30 09:00Z')
  })

  it('cannot be made to command the terminal by a node', () => {
    const evil = '\u001b[2J\u009b31m\r\nPASS  i-9'
    const text = renderFindings(
      [
        {
          where: `i${evil}`,
          cluster: evil,
          finding: finding({
            message: evil,
            caveats: [evil],
            evidence: [{ source: 'process', path: evil, text: evil }],
          }),
        },
      ],
      unpainted,
    )
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these characters are what is looked for
    expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/)
    expect(text.split('\n').filter((line) => line.startsWith('PASS'))).toEqual([])
  })

  it('counts by status, worst first', () => {
    expect(countLine(['PASS', 'FAIL', 'PASS'])).toBe('3 findings: 1 FAIL, 2 PASS')
    expect(countLine(['NOT_APPLICABLE'])).toBe('1 finding: 1 NOT_APPLICABLE')
    expect(show()).toBe('no findings\n')
  })
})
