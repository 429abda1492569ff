import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { fleetScanner } from '../cli/command.ts'
import { ETCD, EtcdProcess } from './etcd-process.ts'

const canRun = existsSync(ETCD) && process.getuid?.() === 0
const folder = mkdtempSync(join(tmpdir(), 'fleet-'))
const fleet = join(folder, 'fleet.yaml')
writeFileSync(
  fleet,
  'instances:\n  - id: i-0aaaaaaaaaaaaaaaa\n    tags: { cluster: here }\n    thisMachine: true\n',
)

/** One scan of this machine: its finding, and what SNS got. */
const scan = async (): Promise<{ finding: Record<string, unknown>; said: string }> => {
  const { stdout, stderr } = await fleetScanner([
    'scan',
    '--local',
    '--fleet',
    fleet,
    '--data',
    join(folder, 'data'),
    '--format',
    'json',
  ])
  const report = JSON.parse(stdout)
  return { finding: report.findings[0], said: JSON.stringify(report) + stderr }
}

describe.skipIf(!canRun)('a real etcd on this machine is scanned through the whole path', () => {
  const etcd = new EtcdProcess()
  afterAll(async () => {
    await etcd.end()
    rmSync(folder, { recursive: true, force: true })
  })

  it('fails auto-TLS set by a flag, with the flag as proof', async () => {
    await etcd.start([...(await etcd.flags()), '--auto-tls'])
    const { finding } = await scan()
    expect(finding).toMatchObject({
      status: 'FAIL',
      evidence: [{ source: 'process', text: '--auto-tls' }],
      effect: { servedOnClientPort: 'auto-self-signed', clientCertRequired: false },
    })
  })

  it('fails auto-TLS set by a variable, with the variable as proof', async () => {
    await etcd.start(await etcd.flags(), { ETCD_AUTO_TLS: 'true' })
    expect((await scan()).finding).toMatchObject({
      status: 'FAIL',
      evidence: [{ source: 'environment', text: 'ETCD_AUTO_TLS=true' }],
    })
  })

  it('fails auto-TLS set by a config file, although the flags say otherwise', async () => {
    const path = await etcd.configFile(
      'logger: zap\nlog-outputs: [stderr]\nclient-transport-security:\n  auto-tls: yes\n',
    )
    await etcd.start([`--config-file=${path}`, '--auto-tls=false'])
    expect((await scan()).finding).toMatchObject({
      status: 'FAIL',
      evidence: [{ source: 'config-file', path, text: 'client-transport-security.auto-tls: true' }],
    })
  })

  it('passes it when it is restarted with certificates, and the digest says recovered', async () => {
    const { cert, key } = etcd.certificate()
    await etcd.start([...(await etcd.flags()), `--cert-file=${cert}`, `--key-file=${key}`])
    const { finding, said } = await scan()
    expect(finding).toMatchObject({ status: 'PASS', effect: { servedOnClientPort: 'given-cert' } })
    expect(said).toMatch(/recover/i)
  })

  it('sends nothing when it is scanned again', async () => {
    const { finding, said } = await scan()
    expect(finding).toMatchObject({ status: 'PASS' })
    expect(said).not.toMatch(/recover/i)
  })
})

it.runIf(!canRun)('needs root and a real etcd (Debian: etcd-server); skipped without them', () => {
  expect(canRun).toBe(false)
})
