import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync, gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { jsonLine } from '../../shared/report/json.ts'
import { sealProblemLines } from '../../shared/report/seals-table.ts'
import { bundleReader, emptyBundle, takeLine } from '../../shared/seal/bundle-reader.ts'
import { exportBundle, type Wanted } from '../../shared/seal/export-bundle.ts'
import { readBundle } from '../../shared/seal/read-bundle.ts'
import { verifySeals } from '../../shared/seal/verify-seals.ts'
import { createStore } from '../../shared/store/create-store.ts'
import type { Store } from '../../shared/store/store.ts'
import { assessment, at, finding, node, RULE } from '../store/fleet.fixture.ts'
import { startTables } from '../store/table.fixture.ts'
import { sealedScan } from './chain.fixture.ts'

// biome-ignore lint/suspicious/noExplicitAny: a line is changed as whoever tampers with a bundle would.
type Line = Record<string, any>

const a = node('i-a')
const b = node('i-b')
const PLACE = '111111111111/eu-central-1'

let tables: Awaited<ReturnType<typeof startTables>>
let folder: string
let store: Store
let hashes: string[]
let lines: Line[]
beforeAll(async () => {
  tables = await startTables()
  folder = mkdtempSync(join(tmpdir(), 'fleet-scanner-bundle-'))
  store = createStore(tables.client, await tables.newTable())
  const seals = [
    await sealedScan(store, 's1', 0, [assessment(a, [finding('PASS')]), assessment(b, [finding('FAIL')])]),
    await sealedScan(store, 's2', 60, [assessment(a, [finding('FAIL')]), assessment(b, [finding('FAIL')])]),
    await sealedScan(store, 's3', 120, [assessment(a, [finding('PASS', 'MENDED')])]),
  ]
  hashes = seals.map(({ hash }) => hash)
  lines = await exported({})
})
afterAll(async () => {
  rmSync(folder, { recursive: true, force: true })
  await tables.stop()
})

const exported = async (wanted: Wanted): Promise<Line[]> => {
  const bundle = await exportBundle(store, wanted, { now: at(200), version: '0.1.0' })
  if (!bundle) throw new Error('there is nothing to export')
  const found: Line[] = [bundle.header]
  for await (const line of bundle.lines) found.push(line)
  return found.map((each) => JSON.parse(jsonLine(each)))
}

const file = () => join(folder, 'bundle.jsonl.gz')
const write = (all: Line[]) =>
  writeFileSync(file(), gzipSync(all.map((line) => `${JSON.stringify(line)}\n`).join('')))

const read = async () => {
  const bundle = emptyBundle()
  const header = await readBundle(file(), (line) => takeLine(bundle, line))
  return bundleReader(bundle, header)
}
const verify = async (all: Line[], anchor = hashes.at(-1) ?? '') => {
  write(all)
  return verifySeals(await read(), { anchor, now: at(200) })
}
const problemsOf = async (all: Line[], anchor?: string) =>
  (await verify(all, anchor)).problems.map(({ item, problem }) => `${item} ${problem}`)
const changed = (which: (line: Line) => boolean, change: (line: Line) => Line) =>
  lines.map((line) => (which(line) ? change(structuredClone(line)) : line))
const isItem = (record: string, sk: string) => (line: Line) => line.record === record && line.item?.sk === sk

describe('a bundle', () => {
  test('is verified as the table is, without it', async () => {
    const report = await verify(lines)
    expect(report).toMatchObject({ sealed: 3, head: { number: 3, scanId: 's3' }, problems: [], underWay: [] })
    expect(report.anchor?.found).toBe(true)
    expect(await problemsOf(lines, hashes[0])).toEqual([])
  })

  test('gives the evidence, the history and the findings for judging again', async () => {
    write(lines)
    const { source } = await read()
    expect(await source.history({})).toEqual(await store.history({}))
    expect(await source.findings({})).toEqual(await store.findings({}))
    expect(await source.findings({ instance: ['i-b'] })).toEqual(await store.findings({ instance: ['i-b'] }))
    for (const { evidenceHash = '', ...of } of await store.history({}))
      expect(await source.evidence(of, evidenceHash)).toEqual(await store.evidence(of, evidenceHash))
  })

  test('of a span and of an instance is verified for what it holds, and its chain as a whole', async () => {
    const span = await exported({ from: at(30), to: at(90) })
    expect(span[0]?.scope).toEqual({ seals: { from: 2, to: 2 } })
    expect(await problemsOf(span)).toEqual([])
    expect(span.filter(({ record }) => record === 'transition')).toHaveLength(1)
    const one = await exported({ instances: ['i-a'] })
    expect(one.some((line) => line.item?.pk === `NODE#${PLACE}/i-b`)).toBe(false)
    expect(await problemsOf(one)).toEqual([])
    const without = one.filter((line) => !isItem('transition', `H#${RULE}#s2`)(line))
    expect((await problemsOf(without))[0]).toMatch(`transition of ${PLACE}/i-a ${RULE} in scan s2 is gone`)
    // What is there although it was left out is held against its leaf all the same.
    const other = lines.find(
      (line) => isItem('transition', `H#${RULE}#s1`)(line) && line.item.pk.endsWith('i-b'),
    )
    const forged = { ...other, item: { ...other?.item, to: 'PASS' } }
    expect(await problemsOf([...one.slice(0, -1), forged, one.at(-1) ?? {}])).toContainEqual(
      `transition of ${PLACE}/i-b ${RULE} in scan s1 was changed after it was sealed`,
    )
    expect(await exportBundle(store, { from: at(500) }, { now: at(600), version: '0' })).toBeUndefined()
  })
})

/** What a scan's record gets after its seal, and the size that is written beside evidence: nothing is read from it. */
const NOT_SEALED = ['digest', 'seal', 'bytes']

/** The same line with one of its values changed, for each value. */
const alterations = (line: Line): Line[] => {
  const paths: string[][] = []
  const walk = (value: unknown, path: string[]): void => {
    if ([...NOT_SEALED, 'record'].includes(path.at(-1) ?? '')) return
    if (typeof value !== 'object' || value === null) paths.push(path)
    else for (const [name, inner] of Object.entries(value)) walk(inner, [...path, name])
  }
  walk(line, [])
  return paths.map((path) => {
    const copy = structuredClone(line)
    const last = path.at(-1) ?? ''
    const parent = path.slice(0, -1).reduce((value, name) => value[name], copy)
    const value = parent[last]
    parent[last] = typeof value === 'string' ? `${value}x` : typeof value === 'number' ? value + 1 : 'x'
    return copy
  })
}

const ALTERED: Record<string, { alter: () => Line[]; finds: string }> = {
  'a change was rewritten': {
    alter: () =>
      changed(isItem('transition', `H#${RULE}#s2`), (line) => ({
        ...line,
        item: { ...line.item, to: 'PASS' },
      })),
    finds: `transition of ${PLACE}/i-a ${RULE} in scan s2 was changed after it was sealed`,
  },
  'a change was put in a form that is none': {
    alter: () =>
      changed(isItem('transition', `H#${RULE}#s2`), (line) => ({ ...line, item: { ...line.item, at: 7 } })),
    finds: `transition of ${PLACE}/i-a ${RULE} in scan s2 was changed after it was sealed`,
  },
  'a change was left out': {
    alter: () => lines.filter((line) => !isItem('transition', `H#${RULE}#s2`)(line)),
    finds: `transition of ${PLACE}/i-a ${RULE} in scan s2 is gone`,
  },
  'evidence was rewritten': {
    alter: () =>
      changed(
        ({ record, item }) => record === 'evidence' && item.pk === `NODE#${PLACE}/i-b`,
        (line) => ({ ...line, text: line.text.replace('some', 'no') }),
      ),
    finds: `evidence [0-9a-f]{64} of ${PLACE}/i-b was changed: it does not match its hash`,
  },
  'the content of evidence was left out': {
    alter: () =>
      changed(
        ({ record, item }) => record === 'evidence' && item.pk === `NODE#${PLACE}/i-b`,
        ({ text: _, ...line }) => line,
      ),
    finds: `evidence [0-9a-f]{64} of ${PLACE}/i-b was taken out`,
  },
  'a result was rewritten': {
    alter: () =>
      changed(
        ({ record, item }) => record === 'result' && item.scanId === 's2',
        (line) => ({ ...line, item: { ...line.item, outcomes: [] } }),
      ),
    finds: `result of ${PLACE} 0 in scan s2 was changed after it was sealed`,
  },
  'a finding was turned': {
    alter: () =>
      changed(
        ({ record, finding: of }) => record === 'finding' && of.instanceId === 'i-b',
        (line) => ({ ...line, finding: { ...line.finding, status: 'PASS' } }),
      ),
    finds: `finding of ${PLACE}/i-b ${RULE} says PASS FAIL, and its last change says FAIL FAIL`,
  },
  'a manifest was rewritten, with its hash': {
    alter: () =>
      changed(
        ({ record, number }) => record === 'seal' && number === 2,
        (line) => ({ ...line, manifest: { ...line.manifest, sealedAt: at(1) }, sealedAt: at(1) }),
      ),
    finds: 'seal 2 was rewritten: seal 3 names another hash',
  },
  'a seal was added that names what was added': {
    alter: () => [...lines.slice(0, -1), { ...lines.find(({ number }) => number === 2) }, lines.at(-1) ?? {}],
    finds: 'seal 2 stands twice, or out of order: it was added',
  },
  'a change was added under another key than its own': {
    alter: () => {
      const own = lines.find(isItem('transition', `H#${RULE}#s2`))
      const other = { ...own, item: { ...own?.item, sk: `H#${RULE}#s9`, to: 'PASS' } }
      return [...lines.slice(0, -1), other, lines.at(-1) ?? {}]
    },
    finds: `transition of ${PLACE}/i-a ${RULE} in scan s2 stands under another key than its own`,
  },
  'the newest seal was left out': {
    alter: () => lines.filter(({ record, number }) => !(record === 'seal' && number === 3)),
    finds: 'anchor [0-9a-f]{64} no seal has this hash: .* the newest seal that is there is 2, of scan s2',
  },
  'a part was left out': {
    alter: () => lines.filter(({ record }) => record !== 'part'),
    finds: 'part scan/0001 of seal 3 is missing',
  },
}

describe('in a bundle', () => {
  test.each(Object.keys(ALTERED))('%s: it is named', async (name) => {
    const { alter, finds } = ALTERED[name] ?? { alter: () => [], finds: '' }
    expect(await problemsOf(alter())).toContainEqual(expect.stringMatching(new RegExp(finds)))
  })

  test('no line can be left out, and no word of it changed, without something being named', async () => {
    const vouched = lines.filter(({ record }) => !['bundle', 'node', 'finding', 'end'].includes(record))
    const unseen: unknown[] = []
    for (const line of vouched) {
      const others = lines.filter((each) => each !== line)
      const rest = [...others.slice(0, -1)]
      const end = others.at(-1) ?? {}
      if ((await problemsOf([...rest, end])).length === 0) unseen.push(['left out', line])
      for (const altered of alterations(line)) {
        const report = await verify([...rest, altered, end]).catch((error: Error) => error)
        if (!(report instanceof Error) && report.problems.length === 0) unseen.push(altered)
      }
    }
    expect(unseen).toEqual([])
  })

  test('what names hold does not act on the terminal', async () => {
    const hostile = 'i-\u001b]0;owned\u0007\u202e'
    const report = await verify(
      changed(
        ({ record, finding: of }) => record === 'finding' && of.instanceId === 'i-b',
        (line) => ({ ...line, finding: { ...line.finding, instanceId: hostile } }),
      ),
    )
    const text = sealProblemLines(report, (_, part) => part).join(' ')
    expect(text).toMatch(/finding of 111111111111\/eu-central-1\/i-/)
    expect(text).not.toMatch(/[\p{Cc}\p{Cf}]/u)
  })
})

describe('a file that is no bundle, or not a whole one, is refused in one line:', () => {
  const refused = async (content: Uint8Array | string) => {
    writeFileSync(file(), content)
    return read().then(
      () => 'it was read',
      (error: Error) => `${error.name}: ${error.message.replace(folder, '')}`,
    )
  }
  const text = (all: Line[]) => gzipSync(all.map((line) => `${JSON.stringify(line)}\n`).join(''))

  const nested = `{"record":"part","hash":"x","leaves":${'['.repeat(100_000)}${']'.repeat(100_000)}}`

  test('cut off', async () => {
    write(lines)
    const whole = readFileSync(file())
    for (const length of [whole.length - 1, whole.length >> 1, 30])
      expect(await refused(whole.subarray(0, length))).toMatch(/^BundleError: \/bundle.* is cut off/)
    expect(await refused(text(lines.slice(0, -1)))).toMatch(/^BundleError: .* is cut off/)
    const plain = gunzipSync(whole).toString()
    expect(await refused(gzipSync(plain.slice(0, -10)))).toMatch(/^BundleError: .* is cut off/)
  })

  test('larger than memory, and a long line is read in one go', async () => {
    write(lines)
    await expect(readBundle(file(), () => {}, 1000)).rejects.toThrow(
      /unpacks to more than .* fit into memory/,
    )
    const long = { record: 'part', hash: 'x', leaves: 'x'.repeat(16 * 1024 * 1024) }
    writeFileSync(file(), text([lines[0] ?? {}, long, { record: 'end' }]))
    let read = 0
    await readBundle(file(), () => read++, 1e9)
    expect(read).toBe(1)
  })

  test.each([
    ['no gzip', () => 'hello', /is no gzip file, or damaged/],
    ['empty', () => gzipSync(''), /is empty/],
    ['no JSON', () => gzipSync('<html>\n'), /no JSON/],
    ['something else', () => text([{ kind: 'else' }]), /does not begin as a bundle/],
    ['null', () => gzipSync('null\n'), /does not begin as a bundle/],
    [
      'of a newer version',
      () => text([{ ...lines[0], schemaVersion: 2 }]),
      /of a newer version \(schemaVersion 2/,
    ],
    ['nested without end', () => gzipSync(`${JSON.stringify(lines[0])}\n${nested}\n`), /deeper/],
    ['a broken line', () => text([lines[0] ?? {}, { record: 'seal', number: 'one' }]), /in another form/],
  ])('%s', async (_, content, words) => {
    expect(await refused(content())).toMatch(words)
  })
})
