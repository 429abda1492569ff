import { mkdtemp, readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { DENIABLE } from '../../local/denied.ts'
import { loadFleet } from '../../local/fleet.ts'
import { fleetKeysAt } from '../../local/fleet-schema.ts'
import { parseConfig } from '../../shared/config/parse-config.ts'
import { scannerConfigSchema, scanTargets } from '../../shared/config/scanner-config.ts'
import { presetNames } from '../../shared/config/selectors.ts'

const ROOT = join(import.meta.dirname, '../..')
const page = await readFile(join(ROOT, 'docs/configuration.md'), 'utf8')
const blocks = [...page.matchAll(/```yaml\n([^`]*)```/g)].map(([, text = '']) => text)

test('the example is a configuration', async () => {
  const file = 'fleet-scanner.example.yaml'
  const config = parseConfig(await readFile(join(ROOT, file), 'utf8'), file)
  expect(scanTargets(config)).toHaveLength(3)
  expect(Object.keys(config).sort()).toEqual(Object.keys(scannerConfigSchema.shape).sort())
})

test('every key, preset and action that a file may hold is documented', () => {
  const { targets, poll } = scannerConfigSchema.shape
  const names = [
    ...Object.keys(scannerConfigSchema.shape),
    ...Object.keys(targets.element.shape),
    ...Object.keys(poll.unwrap().shape),
    ...fleetKeysAt([]),
    ...fleetKeysAt(['instances', 0]),
    ...fleetKeysAt(['denied', 0]),
    ...presetNames,
    ...DENIABLE,
  ]
  expect(names.filter((name) => !new RegExp(`\`${name}(\`|: )`).test(page))).toEqual([])
})

test.each(blocks)('an example of the page is what the program reads: %s', async (text) => {
  if (text.startsWith('targets:')) {
    expect(scanTargets(parseConfig(text, 'page.yaml')).length).toBeGreaterThan(0)
    return
  }
  const file = join(await mkdtemp(join(tmpdir(), 'fleet-scanner-test-')), 'fleet.yaml')
  await writeFile(file, text.replaceAll('samples/', `${ROOT}/samples/`))
  expect((await loadFleet(file)).instances.length).toBeGreaterThan(0)
})
