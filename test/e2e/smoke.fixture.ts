import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { startAccount } from '../../local/account.ts'
import { collectorOutput } from '../../local/collector-output.ts'
import type { Denied } from '../../local/denied.ts'
import type { FleetInstance } from '../../local/fleet.ts'
import { fleetOf } from '../local/fleet-of.ts'

const SMOKE = fileURLToPath(new URL('../../scripts/smoke.ts', import.meta.url))
const EVIDENCE = JSON.parse(
  readFileSync(new URL('../../samples/nodes/kubeadm-auto-tls.json', import.meta.url), 'utf8'),
)
/** Slow enough for a scan to be cancelled. */
const NODE: Partial<FleetInstance> = {
  tags: { 'fleet-scanner:fleet': 'local' },
  delaySeconds: 2,
  source: { kind: 'prints', text: collectorOutput(EVIDENCE) },
}

/**
 * Runs the smoke test against an account with two instances, as a user does against theirs. Once a process: the
 * functions keep their settings.
 */
export const smoked = async (denied: Denied[] = []) => {
  const account = await startAccount({
    dataDir: join(await mkdtemp(join(tmpdir(), 'fleet-scanner-smoke-')), 'data'),
    fleet: { ...fleetOf([NODE, NODE]), denied },
  })
  const child = spawn(process.execPath, [SMOKE, '--stack', account.stack, '--yes'], {
    env: { ...process.env, ...account.environment },
  })
  const [stdout, stderr, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close') as Promise<[number | null]>,
  ])
  await account.stop()
  const results = Object.fromEntries(
    [...stdout.matchAll(/^(ok|unseen|FAILED) +([\w-]+): (.*)$/gm)].map(([, how, name, said]) => [
      name,
      `${how} ${said}`,
    ]),
  )
  return { code, stdout, stderr, results }
}
