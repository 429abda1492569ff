import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gunzipSync } from 'node:zlib'
import { CreateBucketCommand, GetObjectCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3'
import { DeleteCommand } from '@aws-sdk/lib-dynamodb'
import { buildApp } from 'fauxqs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { sealBucket } from '../../shared/aws/seal-bucket.ts'
import { hashOf } from '../../shared/seal/canonical.ts'
import { manifestSchema, unpack } from '../../shared/seal/manifest.ts'
import { objectKey, writeToBucket } from '../../shared/seal/write-to-bucket.ts'
import { createStore } from '../../shared/store/create-store.ts'
import { keys } from '../../shared/store/keys.ts'
import { assessment, at, finding, node } from '../store/fleet.fixture.ts'
import { startTables } from '../store/table.fixture.ts'
import { sealedScan } from './chain.fixture.ts'

const credentials = { accessKeyId: 'none', secretAccessKey: 'none' }
const clientOf = (endpoint: string) =>
  new S3Client({ endpoint, region: 'eu-central-1', credentials, forcePathStyle: true, maxAttempts: 1 })

let tables: Awaited<ReturnType<typeof startTables>>
const app = buildApp({ logger: false, defaultRegion: 'eu-central-1' })
let s3: S3Client
beforeAll(async () => {
  tables = await startTables()
  s3 = clientOf(await app.listen({ host: '127.0.0.1', port: 0 }))
  await s3.send(new CreateBucketCommand({ Bucket: 'evidence' }))
})
afterAll(async () => {
  s3.destroy()
  await app.close()
  await tables.stop()
})

const now = () => new Date(at(500))
const keysIn = async () =>
  ((await s3.send(new ListObjectsV2Command({ Bucket: 'evidence' }))).Contents ?? []).map(({ Key }) => Key)

test('a seal that could not be written goes out with the next one, and each once', async () => {
  const store = await tables.newStore()
  const a = node('i-a')
  const first = await sealedScan(store, 's1', 0, [assessment(a, [finding('PASS')])])
  const refuses = async () => {
    throw new Error('no such bucket')
  }
  await expect(writeToBucket(store, refuses, 1, now)).rejects.toThrow('no such bucket')
  const second = await sealedScan(store, 's2', 60, [assessment(a, [finding('FAIL')])])
  const write = sealBucket('evidence', s3)
  expect(await writeToBucket(store, write, 2, now)).toEqual({ written: 2, left: 0 })
  const names = [first, second].map(
    ({ hash }, i) => `seals/000000000${i + 1}-s${i + 1}-${hash.slice(0, 16)}.json.gz`,
  )
  expect(await keysIn()).toEqual(names)
  expect(await writeToBucket(store, write, 2, now)).toEqual({ written: 0, left: 0 })

  // The object alone shows the chain: the hashes of manifest and parts are those of what stands in it.
  const { Body } = await s3.send(new GetObjectCommand({ Bucket: 'evidence', Key: names[1] }))
  const object = JSON.parse(gunzipSync((await Body?.transformToByteArray()) ?? '').toString())
  expect(object).toMatchObject({ kind: 'fleet-scanner/seal', hash: second.hash })
  expect(hashOf(object.manifest)).toBe(second.hash)
  expect(object.manifest.previous).toBe(first.hash)
  expect(Object.keys(object.parts)).toHaveLength(object.manifest.parts.length)
  for (const [, hash] of object.manifest.parts) expect(hashOf(object.parts[hash])).toBe(hash)
})

test('what somebody else has put there under the next name keeps no seal out', async () => {
  await s3.send(new CreateBucketCommand({ Bucket: 'visited' }))
  const put = sealBucket('visited', s3)
  // All that is known before the seal is made: its number and its scan.
  await put('seals/0000000001-s1.json.gz', Buffer.from('junk'))
  await put(objectKey({ number: 1, scanId: 's1', hash: 'f'.repeat(64) }), Buffer.from('junk'))
  const store = await tables.newStore()
  const { hash } = await sealedScan(store, 's1', 0, [assessment(node('i-a'), [finding('PASS')])])
  expect(await writeToBucket(store, put, 1, now)).toEqual({ written: 1, left: 0 })
  const Key = objectKey({ number: 1, scanId: 's1', hash })
  const { Body } = await s3.send(new GetObjectCommand({ Bucket: 'visited', Key }))
  const { manifest } = JSON.parse(gunzipSync((await Body?.transformToByteArray()) ?? '').toString())
  // As docs/evidence.md has it compared by hand: the hash in the name is that of the manifest in the object.
  expect(Key).toContain(hashOf(manifest).slice(0, 16))
})

test('an object that is there already is left as it is, and that is no failure; other refusals are', async () => {
  const asked: { ifNoneMatch: unknown; checksum: unknown }[] = []
  let status = 412
  const server = createServer((request, response) => {
    const { 'if-none-match': ifNoneMatch, 'x-amz-checksum-sha256': checksum } = request.headers
    asked.push({ ifNoneMatch, checksum })
    request.resume().on('end', () => {
      const code = status === 412 ? 'PreconditionFailed' : 'AccessDenied'
      response.writeHead(status, { 'content-type': 'application/xml' })
      response.end(`<Error><Code>${code}</Code><Message>no</Message></Error>`)
    })
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  const client = clientOf(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
  try {
    await sealBucket('evidence', client)('seals/1', Buffer.from('x'))
    expect(asked).toEqual([{ ifNoneMatch: '*', checksum: 'LXEWQrcmsEQBYnyp+6wy9chTD7GQPMTbAiWHF5IaSIE=' }])
    status = 403
    await expect(sealBucket('evidence', client)('seals/1', Buffer.from('x'))).rejects.toThrow('no')
  } finally {
    client.destroy()
    server.close()
  }
})

test('a seal of which a part is gone keeps no other out of the bucket', async () => {
  const name = await tables.newTable()
  const store = createStore(tables.client, name)
  const a = node('i-a')
  for (const [n, status] of (['PASS', 'FAIL', 'PASS'] as const).entries())
    await sealedScan(store, `s${n + 1}`, n * 60, [assessment(a, [finding(status)])])
  const first = await store.seals.seal(1)
  const [[, part = ''] = []] = manifestSchema.parse(JSON.parse(unpack(first?.manifest ?? Buffer.of()))).parts
  await tables.client.send(new DeleteCommand({ TableName: name, Key: keys.sealPart(part) }))
  const order: string[] = []
  const write = async (key: string) => {
    order.push(key.slice(0, 'seals/0000000001'.length))
  }
  expect(await writeToBucket(store, write, 3, now)).toEqual({
    ...{ written: 2, left: 1 },
    failed: [`seal 1: part ${part} of a seal is not in the table`],
  })
  expect(order).toEqual(['seals/0000000003', 'seals/0000000002'])
})
