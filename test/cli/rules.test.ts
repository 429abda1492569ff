import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { ruleFiles } from '../../shared/rules/load.ts'
import { evidence, fleetScanner } from './command.ts'

describe('fleet-scanner rules', () => {
  it('lists the rules by control', async () => {
    const { code, stdout } = await fleetScanner(['rules', 'list'])
    expect(code).toBe(0)
    expect(stdout).toMatch(/2\.1 .*\n2\.2 .*\n2\.3 .*etcd-auto-tls-disabled.*\n2\.4 .*\n2\.5 .*\n2\.6 /)
  })
  it('shows one by its control or its id, and names the others for a wrong name', async () => {
    expect((await fleetScanner(['rules', 'show', '2.3'])).stdout).toContain('etcd-auto-tls-disabled')
    const { code, stderr } = await fleetScanner(['rules', 'show', '9.9'])
    expect({ code, stderr }).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('etcd-peer-auto-tls-disabled'),
    })
  })
  it('validates its own rules', async () => {
    expect(await fleetScanner(['rules', 'validate'])).toMatchObject({ code: 0, stderr: '' })
  })
  it('names file, line and mend of a rule that does not judge its example as it says', async () => {
    const [own = ''] = ruleFiles()
    const file = join(mkdtempSync(join(tmpdir(), 'rules-')), 'etcd-auto-tls-disabled.yaml')
    writeFileSync(file, readFileSync(own, 'utf8').replace('status: FAIL', 'status: ERROR'))
    const { code, stderr } = await fleetScanner(['rules', 'validate', file])
    expect(code).toBe(2)
    expect(stderr).toMatch(
      /etcd-auto-tls-disabled\.yaml:\d+: this example is said to be ERROR .* judged FAIL/,
    )
  })
})

describe('fleet-scanner evaluate --control', () => {
  it('judges by that control alone', async () => {
    const stdin = JSON.stringify(evidence('i-1', '--auto-tls=false'))
    const { code, stdout } = await fleetScanner(['evaluate', '-', '--control', '2.3', '--format', 'jsonl'], {
      stdin,
    })
    expect(code).toBe(0)
    expect(JSON.parse(stdout).findings.map((one: { control: string }) => one.control)).toEqual(['2.3'])
  })
  it('refuses a control that no rule answers', async () => {
    expect(await fleetScanner(['evaluate', '-', '--control', '2.9'], { stdin: '' })).toMatchObject({
      code: 2,
    })
  })
})
