import { mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { loadFleet } from '../../local/fleet.ts'

const fileWith = async (text: string): Promise<string> => {
  const file = join(await mkdtemp(join(tmpdir(), 'fleet-scanner-test-')), 'fleet.yaml')
  await writeFile(file, text)
  return file
}

const one = (lines: string): string => `instances:\n  - id: i-00000001\n${lines.replace(/^/gm, '    ')}\n`

test('the sample fleet can be loaded, and leaves this machine out where it is no Linux', async () => {
  const file = join(import.meta.dirname, '../../samples/fleet.yaml')
  const linux = await loadFleet(file, 'linux')
  const mac = await loadFleet(file, 'darwin')
  expect(linux.instances.filter((i) => i.source.kind === 'recording').length).toBeGreaterThanOrEqual(10)
  expect(linux.instances.map((i) => i.source.kind)).toContain('this-machine')
  expect(mac.instances.map((i) => i.source.kind)).not.toContain('this-machine')
  expect(mac.skipped).toHaveLength(1)
})

test('an account id and a tag value keep their zeros without quotes', async () => {
  const file = await fileWith(
    one('account: 000000000123\ntags: { "k8s.io/role/control-plane": 01 }\noffline: true'),
  )
  const [instance] = (await loadFleet(file)).instances
  expect(instance).toMatchObject({ account: '000000000123', tags: { 'k8s.io/role/control-plane': '01' } })
})

test.each([
  ['an unknown key', one('offlin: true'), /:3: unknown key `offlin`; remove it, or use .* offline/],
  [
    'no way to answer',
    one('region: eu-west-1'),
    /:2: `instances\[0\]` says not how it answers; give it one of thisMachine/,
  ],
  ['two ways to answer', one('offline: true\nprints: x'), /:2: .* has `prints` and `offline`; keep one/],
  [
    'a malformed id',
    'instances:\n  - id: i-1\n    offline: true\n',
    /:2: `instances\[0\]\.id` must be an instance id/,
  ],
  ['a misspelt state', one('state: asleep\noffline: true'), /:3: .* must be running, stopped or terminated/],
  ['a missing recording', one('recording: nowhere.json'), /:3: .*nowhere\.json.*name another recording/],
  [
    'one id twice',
    `${one('offline: true')}  - { id: i-00000001, offline: true }\n`,
    /:4: instance i-00000001 .* second time/,
  ],
  [
    'a call that cannot be denied',
    `denied: [{ action: ssm:SendComand, account: 111122223333 }]\n${one('offline: true')}`,
    /:1: `denied\[0\]\.action` must be one of .*ssm:SendCommand/,
  ],
  [
    'an unknown key of a denied call',
    `denied: [{ acount: 1 }]\n${one('offline: true')}`,
    /:1: unknown key `acount`.*action, account, region/,
  ],
  ['an empty file', '', /is empty or no mapping; begin with `instances:`/],
  ['no YAML', 'instances: [', /:1: this is no YAML/],
])('a fleet file with %s is refused with its line and how to mend it', async (_what, text, message) => {
  await expect(loadFleet(await fileWith(text))).rejects.toThrow(message)
})

test('a fleet file that is not there is named', async () => {
  await expect(loadFleet('/nowhere/fleet.yaml')).rejects.toThrow(/^\/nowhere\/fleet\.yaml: cannot be read/)
})
