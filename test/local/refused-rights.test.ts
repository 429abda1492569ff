import { mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { onStore } from '../../cli/local-store.ts'
import { startAccount } from '../../local/account.ts'
import { loadFleet } from '../../local/fleet.ts'

const NODES = join(import.meta.dirname, '../../samples/nodes')

/** The rights that a member role lacks, by account: each account has one instance. */
const DENIED = {
  '111111111111': 'ssm:GetDocument',
  '222222222222': 'ssm:SendCommand',
  '444444444444': 'ssm:ListCommandInvocations',
}
const ACCOUNTS = [...Object.keys(DENIED), '555555555555']
const FLEET = `denied:
${Object.entries(DENIED)
  .map(([account, action]) => `  - { action: "${action}", account: ${account} }`)
  .join('\n')}
instances:
${ACCOUNTS.map((account, n) => `  - { id: i-0000000${n}, account: ${account}, tags: { etcd: x }, recording: ${NODES}/kubeadm.json }`).join('\n')}
`
const CONFIG = `targets:
${ACCOUNTS.map((account) => `  - { account: ${account}, regions: [eu-central-1], selectors: [{ etcd: "*" }] }`).join('\n')}
deadlineMinutes: 5
commandTimeoutSeconds: 30
poll: { firstSeconds: 1, longestSeconds: 2 }
`

test('a right that a role lacks is a target error, names the action, and stops no other account', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'fleet-scanner-test-'))
  const configFile = join(folder, 'fleet-scanner.yaml')
  await writeFile(join(folder, 'fleet.yaml'), FLEET)
  await writeFile(configFile, CONFIG)
  const fleet = await loadFleet(join(folder, 'fleet.yaml'))
  const account = await startAccount({ dataDir: join(folder, 'data'), fleet, configFile })
  const result = await account.runScan({})
  expect(result).toMatchObject({
    status: 'closed',
    coverage: { total: 4, assessed: 1, byState: { assessed: 1, unreachable: 3 } },
  })
  if (result.status === 'refused') throw new Error(result.message)
  const no = (action: string) => `the caller is not authorized to perform: ${action}`
  expect(result.targetErrors).toEqual([
    `111111111111/eu-central-1: its document could not be read: ${no('ssm:GetDocument')}`,
    `222222222222/eu-central-1: the command could not be sent: ${no('ssm:SendCommand')}`,
    expect.stringMatching(
      /^444444444444\/eu-central-1: what a command brought was not judged: .*ssm:ListCommandInvocations$/,
    ),
  ])
  const states = await onStore(account.dynamodbUrl, async (store) =>
    (await store.commandResults(result.scanId)).flatMap(({ account: where, outcomes }) =>
      outcomes.map(({ state, detail }) => `${where} ${detail ?? state}`),
    ),
  )
  expect(states.sort()).toEqual([
    '111111111111 DocumentUnread',
    '222222222222 NotSent',
    '444444444444 NotJudged',
    '555555555555 assessed',
  ])
  await account.stop()
})
