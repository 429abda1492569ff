import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { decodeCollectorOutput } from '../../shared/evidence/envelope.ts'
import { judge } from '../../shared/rules/judge.ts'
import { loadRules } from '../../shared/rules/load.ts'
import { NODES } from './nodes/index.ts'

const folder = new URL('../fixtures/nodes/', import.meta.url)
const recording = (name: string): string => readFileSync(new URL(`${name}.txt`, folder), 'utf8')
const expected: Record<string, Record<string, string>> = parse(
  readFileSync(new URL('expected.yaml', folder), 'utf8'),
)

/** What Systems Manager lists of an output is 2,500 bytes; the rest is kept for its own mark. */
const LISTED_BYTES = 2_400
/** Envelopes that do not fit, at most so long, and why. Each costs one call more. */
const LARGER: Record<string, { bytes: number; why: string }> = {
  openshift4: {
    bytes: 3_000,
    why: 'its manifest holds three scripts, and the same variables for each; a real one may be longer still',
  },
}

const envelopeSize = (output: string): number => {
  const end = 'FLEET-SCANNER-EVIDENCE end\n'
  return output.indexOf(end) + end.length
}

const rules = loadRules()
const names = NODES.map(({ name }) => name)

describe('a node of each distribution', () => {
  it('is recorded, and has its verdicts', () => {
    const recorded = readdirSync(folder).flatMap((file) => (file.endsWith('.txt') ? [file.slice(0, -4)] : []))
    expect(recorded.toSorted()).toEqual(names.toSorted())
    expect(Object.keys(expected).toSorted()).toEqual(names.toSorted())
  })

  it.each(names)('%s is judged by every rule as it should be', (name) => {
    const findings = judge(decodeCollectorOutput(recording(name)), rules)
    const told = Object.fromEntries(findings.map((one) => [one.ruleId, `${one.status} ${one.reason}`]))
    expect(told).toEqual(expected[name])
  })

  it('names all that it saw of the host and when', () => {
    for (const node of NODES)
      expect(decodeCollectorOutput(recording(node.name))).toMatchObject({
        view: 'full',
        instanceId: node.instanceId,
        collectedAt: '2026-01-31T12:00:00Z',
      })
  })

  it('answers with an envelope that Systems Manager lists, or is known not to', () => {
    const sizes = names.map((name) => {
      const bytes = envelopeSize(recording(name))
      return { name, bytes, ...(LARGER[name] ? { why: LARGER[name].why } : {}) }
    })
    console.table(sizes)
    for (const { name, bytes } of sizes) {
      expect(bytes, name).toBeLessThanOrEqual(LARGER[name]?.bytes ?? LISTED_BYTES)
      if (LARGER[name]) expect(bytes, `${name} fits by now`).toBeGreaterThan(LISTED_BYTES)
    }
  })
})
