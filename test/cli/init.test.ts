import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest'
import { type Account, startAccount } from '../../local/account.ts'
import { HOME_ACCOUNT } from '../../local/caller.ts'
import { loadFleet } from '../../local/fleet.ts'
import { parseConfig } from '../../shared/config/parse-config.ts'
import { fleetScanner } from './command.ts'

let folder: string
const inFolder = (name: string) => join(folder, name)
const configOf = async (name: string) => parseConfig(await readFile(inFolder(name), 'utf8'), name)

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fleet-scanner-init-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

describe('init, without any AWS account', () => {
  const init = (...args: string[]) => fleetScanner(['init', '--yes', ...args], { cwd: folder })
  const HERE = ['--account', '111122223333', '--region', 'eu-west-1']

  it('writes a configuration that the scanner takes, and says what comes next', async () => {
    const { code, stdout, stderr } = await init(
      ...HERE,
      ...['--in-region', 'eu-west-1, us-east-1', '--selector', 'kops', '--selector', 'team=platform,a=b=c'],
      ...['--email', 'sec@example.com', '--schedule', 'rate(1 hour)', '--config', 'whole.yaml'],
    )
    expect(code).toBe(0)
    expect(stderr).toContain('there will be no preview')
    expect(stdout).toContain('whole.yaml is written')
    expect(stdout).toContain('npx cdk deploy --all')
    expect(await configOf('whole.yaml')).toMatchObject({
      home: { account: '111122223333', region: 'eu-west-1' },
      targets: [
        {
          account: '111122223333',
          regions: ['eu-west-1', 'us-east-1'],
          externalId: expect.stringMatching(/^fleet-scanner-[0-9a-f-]{36}$/),
          selectors: [
            { 'k8s.io/role/control-plane': '1' },
            { 'k8s.io/role/master': '1' },
            { team: 'platform', a: 'b=c' },
          ],
        },
      ],
      schedule: { expression: 'rate(1 hour)' },
      routes: [{ email: ['sec@example.com'] }],
      alarms: { email: ['sec@example.com'] },
    })
  })

  it('leaves a file that is there alone, unless told to replace it', async () => {
    await writeFile(inFolder('mine.yaml'), 'mine')
    const refused = await init(...HERE, '--config', 'mine.yaml')
    expect(refused).toMatchObject({ code: 2, stdout: '' })
    expect(refused.stderr).toMatch(/mine\.yaml is there already; .*--force/)
    expect(await readFile(inFolder('mine.yaml'), 'utf8')).toBe('mine')
    expect((await init(...HERE, '--config', 'mine.yaml', '--force')).code).toBe(0)
    expect((await configOf('mine.yaml')).home?.account).toBe('111122223333')
  })

  test.each([
    ['an account that is none', ['--account', '12', '--region', 'eu-west-1'], /must be an account id/],
    ['a region that is none', ['--account', '111122223333', '--region', 'there'], /must be a region/],
    ['no account', ['--region', 'eu-west-1'], /say which account: --account ID/],
    ['no region', ['--account', '111122223333'], /say where the scanner runs: --region NAME/],
    [
      'a selector that is neither preset nor tags',
      [...HERE, '--selector', 'eks'],
      /--selector does not know "eks"/,
    ],
    ['a schedule that is none', [...HERE, '--schedule', 'daily'], /must be rate\(NUMBER/],
    ['no mail address', [...HERE, '--email', 'nobody'], /must be an email address/],
    ['a folder that is not there', [...HERE, '--config', 'no/such/file.yaml'], /cannot be written/],
    ['--local', [...HERE, '--local'], /init is for an AWS account/],
  ])('says in a line what is wrong with %s, and writes nothing', async (_, args, message) => {
    const { code, stdout, stderr } = await init('--config', 'wrong.yaml', ...args)
    expect(stderr).toMatch(message)
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    await expect(readFile(inFolder('wrong.yaml'))).rejects.toThrow('ENOENT')
  })
})

describe('init, with credentials', () => {
  let account: Account
  beforeAll(async () => {
    await cp(join(import.meta.dirname, '../../samples/nodes/kubeadm.json'), inFolder('good.json'))
    await writeFile(
      inFolder('fleet.yaml'),
      `instances:
  - { id: i-0000000a, tags: { team: platform }, recording: good.json }
  - { id: i-0000000b, tags: { team: platform }, unmanaged: true }
  - { id: i-0000000c, tags: { team: other }, recording: good.json }
denied:
  - { action: "ec2:DescribeInstances", account: "${HOME_ACCOUNT}", region: eu-west-1 }
`,
    )
    const fleet = await loadFleet(inFolder('fleet.yaml'))
    account = await startAccount({ dataDir: inFolder('data'), fleet })
  })
  afterAll(() => account.stop())

  it('takes the account from them, and shows what the selectors match and what cannot be seen', async () => {
    const { code, stderr } = await fleetScanner(
      ['init', '--yes', '--selector', 'team=platform', '--in-region', 'eu-central-1,eu-west-1'],
      { cwd: folder, env: account.environment },
    )
    expect(stderr).toMatch(/gets it +i-0000000a/)
    expect(stderr).toMatch(/unmanaged +i-0000000b/)
    expect(stderr).not.toContain('i-0000000c')
    expect(stderr).toMatch(/eu-west-1: its instances could not be listed: access denied/)
    expect(code).toBe(0)
    expect((await configOf('fleet-scanner.yaml')).home).toEqual({
      account: HOME_ACCOUNT,
      region: 'eu-central-1',
    })
  })

  it('previews no other account than that of the credentials', async () => {
    const { code, stderr } = await fleetScanner(
      ['init', '--yes', '--account', '111122223333', '--config', 'other.yaml'],
      { cwd: folder, env: account.environment },
    )
    expect(stderr).toContain(`no preview: the credentials are of account ${HOME_ACCOUNT}`)
    expect(code).toBe(0)
  })
})
