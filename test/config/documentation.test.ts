import { mkdtemp, readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { DENIABLE } from '../../local/denied.ts'
import { loadFleet } from '../../local/fleet.ts'
import { fleetSchema } from '../../local/fleet-schema.ts'
import { configJsonSchema } from '../../shared/config/json-schema.ts'
import { keysAt } from '../../shared/config/keys-at.ts'
import { parseConfig } from '../../shared/config/parse-config.ts'
import { scannerConfigSchema, scanTargets } from '../../shared/config/scanner-config.ts'
import { presetNames } from '../../shared/config/selectors.ts'
import { ruleIds } from '../../shared/rules/load.ts'
import { editorProblems } from './editor-schema.ts'

const ROOT = join(import.meta.dirname, '../..')
const EXAMPLE = 'fleet-scanner.example.yaml'
const RULES = ruleIds()
const page = await readFile(join(ROOT, 'docs/configuration.md'), 'utf8')
const blocks = [...page.matchAll(/```yaml\n([^`]*)```/g)].map(([, text = '']) => text)
const isConfig = (text: string) => text.includes('targets:')
const configBlocks = blocks.filter(isConfig)

type Schema = { description?: string; properties?: Record<string, Schema>; items?: Schema }

/** Every key that the published schema names, by its path, with what it says of it. */
const keysOf = ({ properties = {}, items }: Schema, path = ''): [path: string, schema: Schema][] => [
  ...Object.entries(properties).flatMap(([key, schema]): [string, Schema][] => [
    [`${path}${key}`, schema],
    ...keysOf(schema, `${path}${key}.`),
  ]),
  ...(items ? keysOf(items, path) : []),
]
const published = keysOf(configJsonSchema() as Schema)

/** The paths of the keys that a text sets. */
const keysIn = (value: unknown, path = ''): string[] => {
  if (Array.isArray(value)) return value.flatMap((each) => keysIn(each, path))
  if (value === null || typeof value !== 'object') return []
  return Object.entries(value).flatMap(([key, inner]) => [
    `${path}${key}`,
    ...keysIn(inner, `${path}${key}.`),
  ])
}

/** What is there only where it is asked for stands in the example as a comment: who copies it asks for nothing. */
const asked = (text: string): string => text.replaceAll(/^# (?=(api|evidenceBucket|securityHub): )/gm, '')

test('the example asks for nothing that is there only where it is asked for', async () => {
  const config = parseConfig(await readFile(join(ROOT, EXAMPLE), 'utf8'), EXAMPLE)
  expect(config).not.toHaveProperty('api')
  expect(config).not.toHaveProperty('evidenceBucket')
  expect(config).not.toHaveProperty('securityHub')
})

test('the example is a configuration, for the program and for editors, and has every key', async () => {
  const text = asked(await readFile(join(ROOT, EXAMPLE), 'utf8'))
  const config = parseConfig(text, EXAMPLE, RULES)
  expect(scanTargets(config)).toHaveLength(3)
  expect(await editorProblems(text)).toEqual([])
  const set = new Set(keysIn(config))
  expect(published.map(([path]) => path).filter((path) => !set.has(path))).toEqual([])
  expect(text.split('\n')[0]).toBe('# yaml-language-server: $schema=docs/fleet-scanner.schema.json')
})

test('editors get a description of every key', () => {
  expect(published.length).toBeGreaterThan(60)
  expect(published.filter(([, { description = '' }]) => description.length < 10)).toEqual([])
})

test('every key, preset and action that a file may hold is documented', () => {
  const names = [
    ...published.map(([path]) => path.split('.').at(-1) ?? ''),
    ...['instances', 'denied', 'organization'].flatMap((key) => keysAt(fleetSchema, [key, 0])),
    ...keysAt(fleetSchema, []),
    ...presetNames,
    ...DENIABLE,
  ]
  expect([...new Set(names)].filter((name) => !new RegExp(`[\`.{ ]${name}(\`|: )`).test(page))).toEqual([])
})

test('the page shows each key of the configuration at work', () => {
  const set = new Set(configBlocks.flatMap((text) => keysIn(parseConfig(text, 'page.yaml'))))
  expect(Object.keys(scannerConfigSchema.shape).filter((key) => !set.has(key))).toEqual([])
})

test.each(configBlocks)('an example of the page is what the program and editors read: %s', async (text) => {
  expect(parseConfig(text, 'page.yaml', RULES).targets.length).toBeGreaterThan(0)
  expect(await editorProblems(text)).toEqual([])
})

test.each(blocks.filter((text) => !isConfig(text)))('so is a fleet file: %s', async (text) => {
  const file = join(await mkdtemp(join(tmpdir(), 'fleet-scanner-test-')), 'fleet.yaml')
  await writeFile(file, text.replaceAll('samples/', `${ROOT}/samples/`))
  expect((await loadFleet(file)).instances.length).toBeGreaterThan(0)
})

test('editors accept a value with and without quotes, and mark what the program refuses', async () => {
  const target = '{ account: 111122223333, regions: [eu-west-1], selectors: [kops] }'
  const good = `targets: [${target}]\n`
  expect(await editorProblems(`${good}deadlineMinutes: "15"\nreminder: { off: "true" }\n`)).toEqual([])
  expect(await editorProblems(`${good}deadlineMinutes: 15\nreminder: { off: true }\n`)).toEqual([])
  for (const [bad, where] of [
    ['targets: []', '/targets'],
    [`${good}deadlineMinutes: 1`, '/deadlineMinutes'],
    [`${good}dedlineMinutes: 15`, ' must NOT have additional'],
    [`${good}routes: [{ name: a }]`, '/routes/0'],
    [`${good}schedule: { expression: daily }`, '/schedule/expression'],
    [good.replace('kops', 'kopz'), '/targets/0/selectors/0'],
    [good.replace('account: 111122223333', 'account: 1111'), undefined],
    [good.replace('account: 111122223333, ', ''), '/targets/0'],
    [good.replace('account:', 'organizationalUnits: [ou-ab12-11112222], account:'), '/targets/0'],
  ] as const) {
    const problems = await editorProblems(bad)
    // A number may have lost its zeros: only the program, which reads text, counts digits.
    if (where === undefined) expect(problems).toEqual([])
    else expect(problems.join('\n')).toContain(where)
    expect(() => parseConfig(bad, 'f.yaml')).toThrow()
  }
})
