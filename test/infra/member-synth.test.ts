import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { memberTemplates } from '../../infra/member-templates.ts'
import { everySetting } from './every-setting.ts'

const ROOT = join(import.meta.dirname, '../..')

/** As a user runs it: in a directory of its own, without credentials or any other environment. */
const synthMember = (config: string) => {
  const cwd = mkdtempSync(join(tmpdir(), 'fleet-scanner-test-'))
  const args = [join(ROOT, 'infra/synth-member.ts'), '--config', config]
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd, env: {}, encoding: 'utf8' })
  return { status, stdout, stderr, out: join(cwd, 'cdk.out/member') }
}

it('writes each template to a file, and says whom it is for', () => {
  const { status, stdout, out } = synthMember(join(ROOT, 'samples/every-setting.yaml'))
  expect(status).toBe(0)
  const written = Object.fromEntries(
    readdirSync(out).map((file) => [file, JSON.parse(readFileSync(join(out, file), 'utf8'))]),
  )
  const made = memberTemplates(everySetting())
  expect(written).toEqual(
    Object.fromEntries(made.map(({ name, template }) => [`${name}.template.json`, template])),
  )
  expect(stdout).toContain('for ou-ab12-11112222: one region of each')
})

it('says what is wrong with a configuration, without a trace', () => {
  const file = join(mkdtempSync(join(tmpdir(), 'fleet-scanner-test-')), 'homeless.yaml')
  writeFileSync(file, 'targets: [{ account: 111122223333, regions: [eu-west-1], selectors: [kops] }]')
  const { status, stderr } = synthMember(file)
  expect({ status, stderr }).toEqual({
    status: 2,
    stderr: expect.stringMatching(
      /^fleet-scanner.yaml: the member roles trust the account of the scanner; .*\n$/,
    ),
  })
})
