import { existsSync, readFileSync } from 'node:fs'
import { afterAll, describe, expect, it } from 'vitest'
import type { Evidence } from '../../shared/evidence/evidence.ts'
import type { Finding } from '../../shared/findings/finding.ts'
import { judge } from '../../shared/rules/judge.ts'
import { loadRules } from '../../shared/rules/load.ts'

type Row = {
  id: string
  kind: string
  text: string
  expect: { verdictFromThisTextAlone: 'pass' | 'fail' | 'inconclusive' | 'not-etcd'; template?: boolean }
}

/** Rows whose label we think wrong, with the reason. */
const DISPUTED: Record<string, string> = {
  'man-kubescape-pass-argument-not-set':
    'it has a key-file and no cert-file, with which no etcd starts: what runs cannot be told from it',
}

const path = process.env.REAL_WORLD_CORPUS
const rows =
  path && existsSync(path)
    ? readFileSync(path, 'utf8')
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as Row)
        .filter((row) => ['ps', 'manifest'].includes(row.kind) && !row.expect.template)
    : []

const evidenceOf = (row: Row): Evidence =>
  row.kind === 'ps'
    ? { schemaVersion: 1, psOutput: row.text }
    : { schemaVersion: 1, manifests: [{ path: 'etcd.yaml', content: row.text }] }

const labelOf = (finding: Finding): string => {
  if (finding.status === 'NOT_APPLICABLE' || finding.reason === 'ETCD_NOT_FOUND') return 'not-etcd'
  if (finding.status === 'ERROR') return 'inconclusive'
  return finding.status.toLowerCase()
}

const agrees = (row: Row, finding: Finding): boolean => {
  const wanted = row.expect.verdictFromThisTextAlone
  if (wanted !== 'inconclusive') return labelOf(finding) === wanted
  return finding.status === 'ERROR' || (finding.status === 'PASS' && finding.caveats.length > 0)
}

describe.skipIf(rows.length === 0)('texts from real hosts are judged as their reader labelled them', () => {
  const matrix: Record<string, Record<string, number>> = {}
  const rules = loadRules().filter((rule) => rule.id === 'etcd-auto-tls-disabled')

  it.each(rows.map((row) => [row.id, row] as const))('%s', (id, row) => {
    const [finding] = judge(evidenceOf(row), rules)
    if (!finding) throw new Error('no finding')
    const line = matrix[row.expect.verdictFromThisTextAlone] ?? {}
    matrix[row.expect.verdictFromThisTextAlone] = {
      ...line,
      [labelOf(finding)]: (line[labelOf(finding)] ?? 0) + 1,
    }
    expect(agrees(row, finding), `${finding.status} ${finding.reason}: ${finding.message}`).toBe(
      !(id in DISPUTED),
    )
  })

  afterAll(() => {
    console.log('labelled (rows) against judged (columns):')
    console.table(matrix)
    for (const [id, why] of Object.entries(DISPUTED)) console.log(`disputed: ${id}: ${why}`)
  })
})

it.runIf(rows.length === 0)(
  'needs REAL_WORLD_CORPUS to judge texts of real hosts; skipped without it',
  () => {
    expect(rows).toEqual([])
  },
)
