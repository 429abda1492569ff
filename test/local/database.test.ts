import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DynamoDBClient, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb'
import { expect, onTestFinished, test } from 'vitest'
import { localCredentials } from '../../local/credentials.ts'
import { connectOrStart, LOCAL_TABLE, openDatabase, withDatabase } from '../../local/database.ts'

const folder = () => mkdtemp(join(tmpdir(), 'fleet-scanner-test-'))

const clientOf = (endpoint: string) =>
  new DynamoDBClient({ endpoint, region: 'eu-central-1', credentials: localCredentials, maxAttempts: 1 })

const key = { pk: { S: 'A' }, sk: { S: 'B' } }
const put = (url: string) => clientOf(url).send(new PutItemCommand({ TableName: LOCAL_TABLE, Item: key }))
const get = async (url: string) =>
  (await clientOf(url).send(new GetItemCommand({ TableName: LOCAL_TABLE, Key: key }))).Item

/** Another process that has the folder open; `end` has it stop as it should. */
const holder = async (dataDir: string, purpose: 'scan' | 'read') => {
  const child: ChildProcess = spawn(
    process.execPath,
    [join(import.meta.dirname, 'hold-database.ts'), dataDir, purpose],
    {
      stdio: ['pipe', 'pipe', 'inherit'],
    },
  )
  onTestFinished(() => void child.kill('SIGKILL'))
  const [chunk] = (await once(child.stdout ?? child, 'data')) as [Buffer]
  return {
    child,
    url: chunk.toString().trim(),
    end: async () => {
      child.stdin?.end()
      await once(child, 'exit')
    },
  }
}

test('what was stored is there after a restart', async () => {
  const dataDir = await folder()
  const first = await openDatabase(dataDir)
  await put(first.url)
  await first.stop()
  expect(existsSync(join(dataDir, 'endpoint.json'))).toBe(false)
  expect(await withDatabase(dataDir, get)).toEqual(key)
})

test('a command that runs during a scan reads from the running scan', async () => {
  const dataDir = await folder()
  const scan = await holder(dataDir, 'scan')
  await put(scan.url)
  const reading = await connectOrStart(dataDir)
  expect(reading.url).toBe(scan.url)
  expect(await get(reading.url)).toEqual(key)
  await reading.stop()
  expect(await get(scan.url)).toEqual(key)
})

test('a second scan is refused, with the process that scans', async () => {
  const dataDir = await folder()
  const scan = await holder(dataDir, 'scan')
  await expect(openDatabase(dataDir)).rejects.toThrow(new RegExp(`pid ${scan.child.pid}\\).*--data`))
})

test('a scan waits for a reader to end', async () => {
  const dataDir = await folder()
  const reader = await holder(dataDir, 'read')
  const opening = openDatabase(dataDir)
  await reader.end()
  await (await opening).stop()
})

test('a reader goes on where the scan that it read from ends in the middle', async () => {
  const dataDir = await folder()
  const scan = await holder(dataDir, 'scan')
  await put(scan.url)
  let tries = 0
  const found = await withDatabase(dataDir, async (url) => {
    tries += 1
    if (tries === 1) await scan.end()
    return get(url)
  })
  expect(found).toEqual(key)
  expect(tries).toBe(2)
})

test('what a killed process left behind stops nobody', async () => {
  const dataDir = await folder()
  const scan = await holder(dataDir, 'scan')
  scan.child.kill('SIGKILL')
  await once(scan.child, 'exit')
  expect(existsSync(join(dataDir, 'endpoint.json'))).toBe(true)
  await (await openDatabase(dataDir)).stop()
})

test('a pid that has come again, and a file that was cut, stop nobody', async () => {
  const dataDir = await folder()
  const left = { pid: process.pid, purpose: 'scan', dynamodbUrl: 'http://127.0.0.1:9' }
  await writeFile(join(dataDir, 'endpoint.json'), JSON.stringify(left))
  await (await openDatabase(dataDir)).stop()
  await writeFile(join(dataDir, 'endpoint.json'), '{"pid":')
  await (await openDatabase(dataDir)).stop()
})

test('a page in a browser gets nothing from the database, and neither does another name for this machine', async () => {
  const database = await openDatabase(await folder())
  onTestFinished(() => database.stop())
  const asked = await fetch(database.url, { method: 'POST', headers: { origin: 'http://evil.example' } })
  expect([asked.status, asked.headers.get('access-control-allow-origin')]).toEqual([403, null])
  expect((await fetch(database.url.replace('127.0.0.1', 'localhost'))).status).toBe(403)
  await put(database.url)
  expect(await get(database.url)).toEqual(key)
})
