#!/usr/bin/env node
// Plain JavaScript, so that any Node can read it: the command itself is TypeScript, which needs Node 24.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { constants } from 'node:os'
import { fileURLToPath } from 'node:url'

const runsTypeScript =
  (process.features?.typescript ?? false) && Number.parseInt(process.versions.node, 10) >= 24

/** The Node that `npm ci` brought, for a machine whose own is older. */
const bundledNode = () =>
  ['.bin/node', `node-${process.platform}-${process.arch}/bin/node`]
    .map((path) => fileURLToPath(new URL(`../node_modules/${path}`, import.meta.url)))
    .find((path) => existsSync(path))

const runWith = (node) => {
  const child = spawn(node, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], {
    stdio: 'inherit',
    env: { ...process.env, FLEET_SCANNER_NODE: node },
  })
  // A terminal sends its signals to both; one that was sent to this process alone has to be passed on.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
  child.on('error', (error) => giveUp(`${node} does not start (${error.message})`))
  child.on('exit', (code, signal) => process.exit(code ?? 128 + constants.signals[signal]))
}

const giveUp = (why) => {
  process.stderr.write(`fleet-scanner: ${why}; install Node 24 or newer, or run npm ci in the project\n`)
  process.exit(4)
}

if (runsTypeScript) {
  const { main } = await import('../cli/main.ts')
  await main(process.argv)
} else {
  const node = process.env.FLEET_SCANNER_NODE ? undefined : bundledNode()
  if (node) runWith(node)
  else giveUp(`this is Node ${process.versions.node}, and it needs Node 24 or newer`)
}
