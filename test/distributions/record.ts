import { mkdirSync, writeFileSync } from 'node:fs'
import { noNodeRoot } from '../evidence/node-root.ts'
import { NODES } from './nodes/index.ts'
import { runOnNode } from './simulated-node.ts'

/**
 * Makes the recordings in test/fixtures/nodes again: `sudo node test/distributions/record.ts [NAME...]`. What they are
 * judged to be stands in expected.yaml beside them, which no program writes.
 */
const folder = new URL('../fixtures/nodes/', import.meta.url)
const why = noNodeRoot()
if (why) {
  console.error(`nodes cannot be recorded here: ${why}`)
  process.exit(2)
}
mkdirSync(folder, { recursive: true })
const wanted = process.argv.slice(2)
for (const node of NODES) {
  if (wanted.length > 0 && !wanted.includes(node.name)) continue
  const { stdout, stderr, status, milliseconds } = runOnNode(node)
  if (status !== 0 || stderr !== '') throw new Error(`${node.name}: exit code ${status}: ${stderr}`)
  writeFileSync(new URL(`${node.name}.txt`, folder), stdout)
  console.log(`${node.name}: ${stdout.length} bytes in ${(milliseconds / 1000).toFixed(1)} s`)
}
