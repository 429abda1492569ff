import { cp, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { deflateRawSync } from 'node:zlib'
import { afterAll, beforeAll, expect, test } from 'vitest'
import budgets from '../../budgets.json' with { type: 'json' }
import { bundleFunctions, type FunctionName } from '../../infra/bundle.ts'
import { startAccount } from '../../local/account.ts'
import { loadFleet } from '../../local/fleet.ts'
import { loadRules } from '../../shared/rules/load.ts'

const SAMPLES = join(import.meta.dirname, '../../samples/nodes')

let folder: string
let code: Record<FunctionName, string>
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fleet-scanner-bundles-'))
  code = await bundleFunctions(join(folder, 'build'), 'targets: []\n')
})
afterAll(() => rm(folder, { recursive: true, force: true }))

const names = Object.keys(budgets.bundles).filter((name) => name !== 'comment') as FunctionName[]

test('every function is held to a budget', () => {
  expect(names.sort()).toEqual(Object.keys(code).sort())
})

test.each(names)('%s stays within its budget', async (name) => {
  const files = (await readdir(code[name], { recursive: true, withFileTypes: true })).filter((each) =>
    each.isFile(),
  )
  const packed = await Promise.all(
    files.map(async (file) => deflateRawSync(await readFile(join(file.parentPath, file.name))).length),
  )
  const sizes = {
    zipped: packed.reduce((sum, size) => sum + size, 0),
    code: (await stat(join(code[name], 'index.mjs'))).size,
  }
  console.log(`${name}: ${sizes.zipped} bytes zipped, ${sizes.code} bytes of code`)
  expect(sizes.zipped).toBeLessThanOrEqual(budgets.bundles[name].zipped)
  expect(sizes.code).toBeLessThanOrEqual(budgets.bundles[name].code)
})

test('rules, collector and configuration lie beside the code as files, and nothing else does', async () => {
  const withCode = (...files: string[]) => [...files, 'index.mjs', 'index.mjs.map'].sort()
  expect((await readdir(code['run-scan'])).sort()).toEqual(
    withCode('collector.sh', 'config', 'reasons.yaml', 'rules.json'),
  )
  expect((await readdir(code['parse-results'])).sort()).toEqual(withCode('rules.json'))
  expect((await readdir(code['post-to-slack'])).sort()).toEqual(withCode())
  expect((await readdir(code['query-findings'])).sort()).toEqual(withCode('openapi.json', 'rules.json'))
})

test('the rules of a bundle are those of the sources, nothing lost on the way', async () => {
  const rules: unknown = JSON.parse(await readFile(join(code['parse-results'], 'rules.json'), 'utf8'))
  expect(rules).toStrictEqual(loadRules())
})

test('the bundles scan a fleet, as the sources do', async () => {
  await cp(join(SAMPLES, 'kubeadm-auto-tls.json'), join(folder, 'bad.json'))
  const fleetFile = join(folder, 'fleet.yaml')
  await writeFile(fleetFile, 'instances:\n  - { id: i-0000000a, recording: bad.json }\n')
  // Away from the project, so that nothing of it is found by accident.
  const moduleOf = (name: FunctionName) => join(code[name], 'index.mjs')
  const account = await startAccount({
    dataDir: join(folder, 'data'),
    fleet: await loadFleet(fleetFile),
    code: { 'run-scan': moduleOf('run-scan'), 'parse-results': moduleOf('parse-results') },
  })
  try {
    expect(await account.runScan({})).toMatchObject({
      status: 'closed',
      coverage: { assessed: 1, total: 1 },
      findings: { FAIL: expect.any(Number) },
      digest: 'published',
      targetErrors: [],
    })
  } finally {
    await account.stop()
  }
})
