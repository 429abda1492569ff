import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb'
import dynalite from 'dynalite'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { fleetAgent } from '../../local/agent.ts'
import { HOME_REGION, localCredentials } from '../../local/credentials.ts'
import { LOCAL_TABLE } from '../../local/database.ts'
import { deployedStack } from '../../local/deployed-stack.ts'
import { type Endpoint, startEndpoint } from '../../local/endpoint.ts'
import { tableDefinition } from '../../shared/store/table.ts'
import { fleetOf } from '../local/fleet-of.ts'

const BIN = fileURLToPath(new URL('../../bin/fleet-scanner.js', import.meta.url))
const EXPIRED = {
  __type: 'com.amazonaws.dynamodb.v20120810#ExpiredTokenException',
  message: 'The security token included in the request is expired',
}

let endpoint: Endpoint
let table: ReturnType<typeof dynalite>
let front: Server
let child: ChildProcess
let url: URL
let cookie: string
/** Whether the caller's session has ended. */
let hasExpired = false

const urlOf = (server: { address(): unknown }): string =>
  `http://127.0.0.1:${(server.address() as AddressInfo).port}`
const listening = (server: { listen(port: number, host: string, done: () => void): unknown }) =>
  new Promise<void>((done) => server.listen(0, '127.0.0.1', done))

beforeAll(async () => {
  table = dynalite({ createTableMs: 0 })
  await listening(table)
  const client = new DynamoDBClient({
    endpoint: urlOf(table),
    region: HOME_REGION,
    credentials: localCredentials,
  })
  await client.send(new CreateTableCommand(tableDefinition(LOCAL_TABLE)))
  client.destroy()
  front = createServer(async (request, response) => {
    const body = await text(request)
    if (hasExpired) return void response.writeHead(400).end(JSON.stringify(EXPIRED))
    const headers = Object.entries(request.headers).filter(
      ([name]) => !/^(host|connection|content-length)$/.test(name),
    )
    const answer = await fetch(urlOf(table), { method: 'POST', body, headers: headers as [string, string][] })
    response
      .writeHead(answer.status, { 'content-type': 'application/x-amz-json-1.0' })
      .end(await answer.text())
  })
  await listening(front)
  const schedule = { expression: 'rate(1 day)', timeZone: 'UTC', flexibleMinutes: 0 }
  const topic = `arn:aws:sns:${HOME_REGION}:000000000000:digest`
  endpoint = await startEndpoint({
    fleet: fleetOf([{}]),
    documents: [],
    agent: fleetAgent(),
    stack: deployedStack({ name: 'prod', schedule }, topic, async () => ({})),
  })
  child = spawn(process.execPath, [BIN, 'dashboard', '--stack', 'prod'], {
    env: {
      ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('AWS_'))),
      AWS_ACCESS_KEY_ID: localCredentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: localCredentials.secretAccessKey,
      AWS_REGION: HOME_REGION,
      AWS_ENDPOINT_URL: endpoint.url,
      AWS_ENDPOINT_URL_DYNAMODB: urlOf(front),
    },
  })
  const [line] = (await once(child.stdout ?? child, 'data')) as [Buffer]
  url = new URL(line.toString().trim())
  cookie = (await fetch(url, { redirect: 'manual' })).headers.get('set-cookie')?.split(';')[0] ?? ''
})
afterAll(async () => {
  child.kill('SIGKILL')
  await endpoint.stop()
  for (const server of [front, table]) {
    server.close()
    server.closeAllConnections()
  }
})

const page = async (path: string) => {
  const answer = await fetch(new URL(path, url), { headers: { cookie } })
  return { status: answer.status, text: await answer.text() }
}

it('it reads a deployed stack with the rights of the caller, and says which', async () => {
  const { status, text } = await page('/')
  expect(status).toBe(200)
  expect(text).toContain(`<p class="place">stack prod, ${HOME_REGION}</p>`)
  expect(text).toContain('Nobody knows.')
})

it('credentials that end while it runs are said in the page, which comes again after the next login', async () => {
  hasExpired = true
  for (const path of ['/', '/scans', '/findings']) {
    const { status, text } = await page(path)
    expect(status).toBe(503)
    expect(text).toContain('the AWS credentials have expired')
    expect(text).toContain('log in again, as by aws sso login')
  }
  // Whoever asks the API itself is told nothing of the inside.
  expect((await page('/v1/scans')).text).not.toContain('token')
  hasExpired = false
  expect((await page('/scans')).status).toBe(200)
  expect(child.exitCode).toBeNull()
})

it('SIGTERM ends it as Ctrl-C does', async () => {
  child.kill('SIGTERM')
  expect(await once(child, 'exit')).toEqual([0, null])
})
