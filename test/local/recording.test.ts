import { mkdtemp, readdir, readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { collectorOutput } from '../../local/collector-output.ts'
import { readRecording } from '../../local/recording.ts'
import { decodeCollectorOutput } from '../../shared/evidence/envelope.ts'
import { evidenceSchema } from '../../shared/evidence/evidence.ts'

const NODES = join(import.meta.dirname, '../../samples/nodes')

test('every sample node answers with exactly the evidence in its file', async () => {
  const files = await readdir(NODES)
  expect(files.length).toBeGreaterThanOrEqual(10)
  for (const file of files) {
    const { collectedAt, ...decoded } = decodeCollectorOutput(await readRecording(join(NODES, file)))
    expect(decoded, file).toEqual(JSON.parse(await readFile(join(NODES, file), 'utf8')))
    expect(Date.parse(collectedAt ?? '')).toBeGreaterThan(0)
  }
})

test('evidence with unreadable, cut and odd parts survives being printed', () => {
  const evidence = evidenceSchema.parse({
    schemaVersion: 1,
    instanceId: 'i-00000001',
    view: 'partial',
    processes: [
      { pid: 7, argv: null, environ: null, configFile: { path: '/x', content: null } },
      { pid: 8, uid: 1, exe: '/e', argv: ['etcd', '', 'ü\n*'], environ: [], truncated: true },
      {
        pid: 9,
        argv: ['etcd'],
        environ: ['ETCD_NAME='],
        configFile: { path: 'c', content: 'a: b\n', truncated: true },
      },
    ],
    apiservers: [{ name: 'kubelite', pid: 3, etcdServers: null }],
    hostAddresses: ['10.0.0.1', '2001:db8::1'],
    psOutput: 'root 1 etcd',
    manifests: [
      { path: '/m', content: '', mode: '600', owner: 'root:root', truncated: true },
      { path: '/n', content: null },
    ],
    truncatedParts: ['processes'],
  })
  expect(decodeCollectorOutput(collectorOutput(evidence))).toEqual(evidence)
})

test('saved collector output is answered as it stands', async () => {
  const file = join(await mkdtemp(join(tmpdir(), 'fleet-scanner-test-')), 'node.txt')
  await writeFile(file, 'anything\r\n')
  expect(await readRecording(file)).toBe('anything\r\n')
})

test('a recording that is no evidence is named', async () => {
  const file = join(await mkdtemp(join(tmpdir(), 'fleet-scanner-test-')), 'node.json')
  await writeFile(file, '{"schemaVersion":2}')
  await expect(readRecording(file)).rejects.toThrow(/node\.json is no Evidence JSON/)
  await writeFile(file, '{')
  await expect(readRecording(file)).rejects.toThrow(/node\.json is no JSON/)
})
