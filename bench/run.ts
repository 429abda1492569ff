import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

/**
 * `npm run bench`: all of it; `npm run bench -- judge`, `-- collector`, `-- cold-start` or `-- fleet [INSTANCES]`: one. Each runs in a
 * process of its own, so that memory is its own too, and bounded: a fleet that does not fit into this heap ends the run.
 */
const PARTS = ['judge', 'fleet', 'collector', 'cold-start']
const HEAP_MB = 512

const [part, ...rest] = process.argv.slice(2)
if (part !== undefined && !PARTS.includes(part)) {
  console.error(`there is no benchmark ${part}; choose one of ${PARTS.join(', ')}`)
  process.exit(2)
}
for (const each of part === undefined ? PARTS : [part]) {
  const file = new URL(`${each}.ts`, import.meta.url)
  const heap = `--max-old-space-size=${HEAP_MB}`
  const { status } = spawnSync(process.execPath, [heap, fileURLToPath(file), ...rest], { stdio: 'inherit' })
  if (status !== 0) process.exit(status ?? 1)
}
