import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const SMOKE = fileURLToPath(new URL('../../scripts/smoke.ts', import.meta.url))

test.each([
  [[], 'say which stack: npm run smoke -- --stack NAME'],
  [['--stack', 'prod'], 'there is no terminal to ask on; say --yes'],
  [['--stack', 'prod', '--force'], "Unknown option '--force'"],
])('smoke %j says what is missing, and touches nothing', (args, message) => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [SMOKE, ...args], {
    input: '',
    encoding: 'utf8',
    env: { PATH: process.env.PATH, AWS_ENDPOINT_URL: 'http://127.0.0.1:9' },
  })
  expect(stderr).toContain(message)
  expect(stderr.trim().split('\n')).toHaveLength(1)
  expect(stdout).toBe('')
  expect(status).toBe(2)
})
