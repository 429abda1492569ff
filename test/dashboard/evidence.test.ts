import { readdirSync, readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { evidenceView, MOST_CHARACTERS } from '../../dashboard/evidence/evidence-view.ts'
import { evidenceSection } from '../../dashboard/parts/evidence.ts'
import { decodeCollectorOutput } from '../../shared/evidence/envelope.ts'
import { type Evidence, evidenceSchema } from '../../shared/evidence/evidence.ts'
import type { Finding } from '../../shared/findings/finding.ts'
import { reasons } from '../../shared/findings/reasons.ts'
import { judge } from '../../shared/rules/judge.ts'
import { behaviours, evidenceOf } from '../behaviour.ts'
import { PAYLOADS } from '../hostile/payloads.ts'
import { AUTO_TLS, hostEvidence, MANIFEST, rules } from './judged-fleet.fixture.ts'
import { tagsOf } from './markup.ts'

const folder = new URL('../fixtures/nodes/', import.meta.url)
const recordings = readdirSync(folder).filter((file) => file.endsWith('.txt'))

/** Whatever the tests of judging know: real command lines, files, and nodes of each distribution. */
const KNOWN: [name: string, Evidence][] = [
  ...['etcd-behaviour.jsonl', 'etcd-behaviour-more.jsonl'].flatMap((file) =>
    behaviours(file).map((each): [string, Evidence] => [each.id, evidenceOf(each)]),
  ),
  ...reasons().flatMap(({ code, example }): [string, Evidence][] =>
    example ? [[code, evidenceSchema.parse({ schemaVersion: 1, ...example })]] : [],
  ),
  ...rules.flatMap(({ examples }) => examples.map((each): [string, Evidence] => [each.title, each.evidence])),
  ...recordings.map((file): [string, Evidence] => [
    file,
    decodeCollectorOutput(readFileSync(new URL(file, folder), 'utf8')),
  ]),
]

const rule = rules.filter(({ id }) => id === AUTO_TLS)
const judged = (evidence: Evidence): Finding => judge(evidence, rule)[0] as Finding
const viewOf = (evidence: Evidence) => evidenceView(judged(evidence), evidence)

/** What is marked, by kind of part, in order. */
const marks = (view: ReturnType<typeof evidenceView>): [kind: string, line: number, text: string][] =>
  view.deciding.flatMap(({ part, shown }) =>
    shown.flatMap((line) =>
      'pieces' in line
        ? line.pieces
            .filter(({ marked }) => marked)
            .map(({ text }): [string, number, string] => [part.kind, line.number, text])
        : [],
    ),
  )

describe('what decides is marked in the evidence', () => {
  it('is found in everything that the tests of judging know', () => {
    const lost = KNOWN.flatMap(([name, evidence]) =>
      judge(evidence, rules).flatMap((finding) =>
        evidenceView(finding, evidence).lost.map(({ text }) => `${name}: ${text}`),
      ),
    )
    expect(KNOWN.length).toBeGreaterThan(300)
    expect(lost).toEqual([])
  })

  it('is the token that the verdict names, word for word where a flag or a variable decides', () => {
    const wrong = KNOWN.flatMap(([name, evidence]) =>
      judge(evidence, rules).flatMap((finding) => {
        const [first] = [...(finding.running?.processes ?? [])].filter(
          ({ reason }) => reason === finding.reason,
        )
        const [excerpt] = finding.evidence
        const isToken = first?.source === 'flag' || first?.source === 'environment'
        if (!excerpt || !isToken || !['process', 'environment'].includes(excerpt.source)) return []
        const marked = marks(evidenceView(finding, evidence)).map(([, , text]) => text)
        return marked.join(' ') === excerpt.text.trim()
          ? []
          : [`${name}: ${marked.join(' ')} is not ${excerpt.text}`]
      }),
    )
    expect(wrong).toEqual([])
  })

  const cases: [what: string, Evidence, [kind: string, line: number, text: string][]][] = [
    [
      'the last of equal flags, which is what etcd takes',
      hostEvidence('i', { argv: ['--auto-tls=true', '--auto-tls=false', '--auto-tls=true'] }),
      [['process', 5, '--auto-tls=true']],
    ],
    [
      'a flag and the value behind it',
      hostEvidence('i', { argv: ['--cert-file', '/a', '--log-level', 'nope', '--auto-tls'] }),
      [['process', 7, '--auto-tls']],
    ],
    [
      'the first of equal variables, which is what Go takes',
      hostEvidence('i', { argv: [], environ: ['A=1', 'ETCD_AUTO_TLS=true', 'ETCD_AUTO_TLS=true'] }),
      [['environment', 2, 'ETCD_AUTO_TLS=true']],
    ],
    [
      'the key of the right section of a config file, and no comment',
      hostEvidence('i', {
        argv: ['--config-file=/etc/etcd/etcd.yml'],
        configFile:
          '# client-transport-security: {auto-tls: true}\npeer-transport-security:\n  auto-tls: true\nclient-transport-security:\n  # auto-tls: true\n  auto-tls: true # for now\n',
      }),
      [['config-file', 6, 'auto-tls: true']],
    ],
    [
      'a key in the braces of JSON',
      hostEvidence('i', {
        argv: ['--config-file=/etc/etcd/etcd.yml'],
        configFile: '{"client-transport-security":{"cert-file":"/a","auto-tls":true,"key-file":"/b"}}',
      }),
      [['config-file', 1, '"auto-tls":true']],
    ],
    [
      'a line of a manifest',
      {
        schemaVersion: 1,
        manifests: [{ path: '/m/etcd.yaml', content: `${MANIFEST}        - --auto-tls=true\n` }],
      },
      [['manifest', 16, '--auto-tls=true']],
    ],
    [
      'a variable of a manifest, with its value',
      {
        schemaVersion: 1,
        manifests: [
          {
            path: '/m/etcd.yaml',
            content: `${MANIFEST}      env:\n        - name: ETCD_AUTO_TLS\n          value: "true"\n`,
          },
        ],
      },
      [
        ['manifest', 17, 'name: ETCD_AUTO_TLS'],
        ['manifest', 18, 'value: "true"'],
      ],
    ],
    [
      'a word of a line of ps',
      {
        schemaVersion: 1,
        psOutput:
          'root 811 1 0 10:00 ? 00:00:01 etcd-proxy --auto-tls=true\nroot 812 1 0 10:00 ? 00:00:01 etcd --peer-auto-tls=true --auto-tls=true --name=m1\n',
      },
      [['ps', 2, '--auto-tls=true']],
    ],
  ]
  it.each(cases)('%s', (_, evidence, expected) => {
    const view = viewOf(evidence)
    expect(view.lost).toEqual([])
    expect(marks(view)).toEqual(expected)
  })

  it('marks nothing where the default decides, and says so', () => {
    const evidence = hostEvidence('i', {})
    const view = viewOf(evidence)
    expect(marks(view)).toEqual([])
    expect(String(evidenceSection(judged(evidence), view))).toContain(
      'Nothing in it sets this, so the default of etcd decides.',
    )
  })

  it('shows what it cannot find by itself, and says that it is not there', () => {
    const finding = judged(hostEvidence('i', { argv: ['--auto-tls=true'] }))
    const view = evidenceView(finding, hostEvidence('i', { argv: ['--auto-tls=false'] }))
    expect(view.deciding).toEqual([])
    const html = String(evidenceSection(finding, view))
    expect(html).toContain('Not found in the evidence')
    expect(html).toContain('--auto-tls=true')
  })
})

describe('evidence of any size', () => {
  it('is shown around what decides, and within bounds', () => {
    const many = Array.from({ length: 50_000 }, (_, i) => `--experimental-${i}=${'x'.repeat(40)}`)
    const evidence = hostEvidence('i', {
      configFile: `${'# a comment that is long\n'.repeat(60_000)}`,
      argv: many.toSpliced(25_000, 0, '--auto-tls=true'),
    })
    const finding: Finding = {
      ...judged(hostEvidence('i', { argv: ['--auto-tls=true'] })),
      evidence: [{ source: 'process', pid: 812, text: '--auto-tls=true' }],
    }
    const view = evidenceView(finding, evidence)
    expect(marks(view)).toEqual([['process', 25_003, '--auto-tls=true']])
    const html = String(evidenceSection(finding, view))
    expect(html.length).toBeLessThan(2 * MOST_CHARACTERS)
    expect(html).toContain('lines not shown here')
  })

  it('cuts a line of a million characters around its mark', () => {
    const evidence: Evidence = {
      schemaVersion: 1,
      psOutput: `root 812 1 0 10:00 ? 00:00:01 etcd ${'--name=a '.repeat(100_000)}--auto-tls=true ${'--name=b '.repeat(100_000)}end`,
    }
    const finding: Finding = {
      ...judged(hostEvidence('i', { argv: ['--auto-tls=true'] })),
      evidence: [{ source: 'ps', pid: 812, text: '--auto-tls=true' }],
    }
    const html = String(evidenceSection(finding, evidenceView(finding, evidence)))
    expect(html).toContain('<mark>--auto-tls=true</mark>')
    expect(html.length).toBeLessThan(10_000)
  })
})

describe('evidence that was made to take long', () => {
  const setting = {
    source: 'config-file',
    pid: 1,
    path: '/x',
    text: 'client-transport-security.auto-tls: true',
  } as const
  const file = (content: string): Evidence => ({
    schemaVersion: 1,
    processes: [{ pid: 1, argv: ['etcd'], configFile: { path: '/x', content } }],
  })
  const KB = 1_000
  it.each<[string, Evidence, Finding['evidence'][number]]>([
    ['sections in sections on one line', file('{client-transport-security: '.repeat(4 * KB)), setting],
    ['a section on every line', file('client-transport-security:\n'.repeat(4 * KB)), setting],
    ['a file of megabytes', file('client-transport-security: {'.repeat(150 * KB)), setting],
    [
      'API servers without end',
      { schemaVersion: 1, apiservers: [{ pid: 1, etcdServers: Array(50 * KB).fill('https://a') }] },
      {
        source: 'apiserver',
        text: Array(50 * KB)
          .fill('https://a')
          .join(','),
      },
    ],
    [
      'lines without anything',
      { schemaVersion: 1, psOutput: '\n'.repeat(1000 * KB) },
      { source: 'ps', text: 'x' },
    ],
  ])('%s', (_, evidence, excerpt) => {
    const finding = { ...judged(hostEvidence('i', {})), evidence: [excerpt] }
    const began = performance.now()
    const html = String(evidenceSection(finding, evidenceView(finding, evidence)))
    expect(html.length).toBeLessThan(5 * MOST_CHARACTERS)
    // Seconds at most, on any machine; what grows with the square takes minutes.
    expect(performance.now() - began).toBeLessThan(10_000)
  })
})

describe('hostile evidence', () => {
  const plain = tagsOf(rendered('plain text'))
  // The evidence of an instance may have any of these parts, whatever is in them.
  function rendered(text: string): string {
    const evidence: Evidence = {
      schemaVersion: 1,
      processes: [
        {
          ...{
            pid: 1,
            exe: text,
            argv: ['etcd', text, '--auto-tls=true', text],
            environ: [text, `A=${text}`],
          },
          configFile: { path: text, content: `${text}\n${text}` },
        },
      ],
      embeddedEtcds: [{ pid: 2, name: text, configFile: { path: text, content: null } }],
      apiservers: [{ name: text, etcdServers: [text] }],
      manifests: [{ path: text, content: text }],
      psOutput: text,
    }
    const finding: Finding = {
      ...judged(hostEvidence('i', { argv: ['--auto-tls=true'] })),
      message: text,
      evidence: [
        { source: 'process', pid: 1, text: '--auto-tls=true' },
        { source: 'manifest', path: text, text },
        { source: 'config-file', path: text, text: `${text} that is not there` },
      ],
    }
    return String(evidenceSection(finding, evidenceView(finding, evidence)))
  }
  const isInert = (text: string): void => {
    const html = rendered(text)
    const more = [...tagsOf(html)].filter((tag) => !plain.has(tag))
    // Pieces of one listing come and go with its lines: a mark, a number, lines left out.
    expect(
      more.filter((tag) => !['mark', '/mark', 'p class', 'span class', '/span', '/p'].includes(tag)),
    ).toEqual([])
    // biome-ignore lint/suspicious/noControlCharactersInRegex: none of these may be left
    expect(html).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069\u200b]/)
  }

  it.each(Object.entries(PAYLOADS))('%s comes out as text', (_, payload) => isInert(payload))

  it('comes out as text, whatever it is', () => {
    const markup = fc.constantFrom(
      '<',
      '>',
      '"',
      "'",
      '&',
      '`',
      '${',
      '</pre>',
      '<script>',
      ' on=',
      '=',
      '\u202e',
      '\n',
      '\0',
      'a',
    )
    const text = fc.array(fc.oneof(markup, fc.string({ unit: 'binary', maxLength: 4 })), { maxLength: 12 })
    fc.assert(
      fc.property(text, (parts) => isInert(parts.join(''))),
      { numRuns: 150 },
    )
  })
})
