import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Account, startAccount } from '../../local/account.ts'
import { localCredentials } from '../../local/credentials.ts'
import { loadFleet } from '../../local/fleet.ts'

const NODES = join(import.meta.dirname, '../../samples/nodes')
const REGION = 'eu-central-1'
/** More than one page of the lists of Systems Manager. */
const INSTANCES = 45
const idOf = (n: number) => `i-${String(n).padStart(8, '0')}`
const FLEET = `instances:
${Array.from({ length: INSTANCES }, (_, n) => `  - { id: ${idOf(n)}, recording: ${n === 0 ? 'bad' : 'good'}.json }`).join('\n')}
  - { id: i-0000ffff, region: eu-west-1, prints: "cannot fork\\n" }
`

const run = promisify(execFile)
/** Debian's own, which knows --endpoint-url and not AWS_ENDPOINT_URL; else the one on the PATH. */
const AWS = existsSync('/usr/bin/aws') ? '/usr/bin/aws' : 'aws'
const isThere = await run(AWS, ['--version']).then(
  () => true,
  () => false,
)

describe.skipIf(!isThere)(
  `AWS's own command line after a scan${isThere ? '' : ' (skipped: aws is not installed)'}`,
  () => {
    let folder: string
    let account: Account

    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), 'fleet-scanner-test-'))
      await cp(join(NODES, 'kubeadm.json'), join(folder, 'good.json'))
      await cp(join(NODES, 'kubeadm-auto-tls.json'), join(folder, 'bad.json'))
      await writeFile(join(folder, 'fleet.yaml'), FLEET)
      // What version 2 does unasked.
      await writeFile(join(folder, 'aws-config'), '[default]\ncli_timestamp_format = iso8601\n')
      const fleet = await loadFleet(join(folder, 'fleet.yaml'))
      account = await startAccount({ dataDir: join(folder, 'data'), fleet })
      await account.runScan({ scanId: 'the-scan' })
    })
    afterAll(async () => {
      await account.stop()
      await rm(folder, { recursive: true, force: true })
    })

    /** What the command prints, as JSON. */
    const aws = async (endpointUrl: string, region: string, ...args: string[]) => {
      const { stdout } = await run(AWS, [...args, '--endpoint-url', endpointUrl, '--output', 'json'], {
        timeout: 30_000,
        maxBuffer: 64 * 1024 * 1024,
        env: {
          PATH: process.env.PATH,
          HOME: folder,
          AWS_CONFIG_FILE: join(folder, 'aws-config'),
          AWS_ACCESS_KEY_ID: localCredentials.accessKeyId,
          AWS_SECRET_ACCESS_KEY: localCredentials.secretAccessKey,
          AWS_REGION: region,
          AWS_DEFAULT_REGION: region,
          AWS_PAGER: '',
        },
      })
      return JSON.parse(stdout)
    }
    const ssm = (...args: string[]) => aws(account.endpointUrl, REGION, 'ssm', ...args)
    const dynamodb = (...args: string[]) =>
      aws(account.dynamodbUrl, REGION, 'dynamodb', ...args, '--table-name', account.tableName)

    it('lists the commands of a region, with how many instances of each have completed', async () => {
      const { Commands } = await ssm('list-commands')
      const total = (key: string) =>
        Commands.reduce((sum: number, each: Record<string, number>) => sum + (each[key] ?? 0), 0)
      expect(Commands[0]).toMatchObject({
        CommandId: expect.stringMatching(/^[0-9a-f-]{36}$/),
        Status: 'Success',
        StatusDetails: 'Success',
        RequestedDateTime: expect.stringMatching(/^\d{4}-\d{2}-\d{2}T/),
      })
      expect(total('TargetCount')).toBe(INSTANCES)
      expect(total('CompletedCount')).toBe(INSTANCES)
      const elsewhere = await aws(account.endpointUrl, 'eu-west-1', 'ssm', 'list-commands')
      expect(elsewhere.Commands.map(({ TargetCount }: { TargetCount: number }) => TargetCount)).toEqual([1])
    })

    it('lists every invocation over all pages, with what the collector printed', async () => {
      const { CommandInvocations } = await ssm('list-command-invocations', '--details')
      expect(CommandInvocations.map(({ InstanceId }: { InstanceId: string }) => InstanceId).sort()).toEqual(
        Array.from({ length: INSTANCES }, (_, n) => idOf(n)),
      )
      expect(CommandInvocations[0]).toMatchObject({
        Status: 'Success',
        CommandPlugins: [{ ResponseCode: 0, Output: expect.stringContaining('FLEET-SCANNER-EVIDENCE 1 ') }],
      })
      const one = await ssm('list-command-invocations', '--instance-id', idOf(7))
      expect(one.CommandInvocations).toHaveLength(1)
    })

    it('reads a finding, a scan and the whole table', async () => {
      const pk = (value: string) => JSON.stringify({ ':pk': { S: value } })
      const query = (value: string) =>
        dynamodb(
          ...['query', '--key-condition-expression', 'pk = :pk'],
          ...['--expression-attribute-values', pk(value)],
        )
      const node = await query(`NODE#000000000000/${REGION}/${idOf(0)}`)
      expect(node.Items).toContainEqual(
        expect.objectContaining({
          sk: { S: 'F#etcd-auto-tls-disabled' },
          finding: { M: expect.objectContaining({ status: { S: 'FAIL' } }) },
        }),
      )
      const scan = await query('SCAN#the-scan')
      expect(scan.Items).toContainEqual(
        expect.objectContaining({ sk: { S: 'META' }, status: { S: 'closed' } }),
      )
      const all = await dynamodb('scan', '--select', 'COUNT')
      expect(all.Count).toBeGreaterThan(INSTANCES * 3)
    })

    it('shows what is deployed: the stack, its schedule, and a function that it may invoke', async () => {
      const home = (...args: string[]) => aws(account.endpointUrl, REGION, ...args)
      const { Stacks } = await home('cloudformation', 'describe-stacks', '--stack-name', account.stack)
      expect(Stacks[0].Outputs).toContainEqual({ OutputKey: 'TableName', OutputValue: account.tableName })
      const output = (key: string): string =>
        Stacks[0].Outputs.find(({ OutputKey }: { OutputKey: string }) => OutputKey === key).OutputValue
      const schedule = await home('scheduler', 'get-schedule', '--name', output('ScheduleName'))
      expect(schedule).toMatchObject({ State: 'ENABLED', Target: { Arn: output('RunScanArn') } })
      const dryRun = ['--function-name', output('RunScanArn'), '--invocation-type', 'DryRun']
      expect(await home('lambda', 'invoke', ...dryRun, join(folder, 'answer'))).toMatchObject({
        StatusCode: 204,
      })
    })
  },
)
