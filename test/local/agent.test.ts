import { expect, test } from 'vitest'
import { fleetOf, instanceId } from './fleet-of.ts'
import { ended, outputOf, send, withEndpoint } from './start-endpoint.ts'

const thisMachine = fleetOf([{ source: { kind: 'this-machine' } }])

const run = async (script: string, timeoutSeconds = 20) => {
  const { ssm } = await withEndpoint(thisMachine, { script, timeoutSeconds })
  const id = await send(ssm, [instanceId(1)])
  await ended(ssm, id)
  return outputOf(ssm, id, instanceId(1))
}

test('this machine really runs the script of the document, with sh', async () => {
  const answer = await run('x=$(( 6 * 7 ))\necho "answer: $x"\necho warned >&2\nexit 4')
  expect(answer).toMatchObject({
    StandardOutputContent: 'answer: 42\n',
    StandardErrorContent: 'warned\n',
    ResponseCode: 4,
    StatusDetails: 'Failed',
  })
})

test('a script gets no input and sees nothing of the environment of the scanner', async () => {
  process.env.SECRET_OF_THE_SCANNER = 'leak'
  const answer = await run('cat; env')
  delete process.env.SECRET_OF_THE_SCANNER
  expect(answer.StandardOutputContent).toContain('PATH=')
  expect(answer.StandardOutputContent).not.toContain('leak')
})

test('a script that runs too long is ended, with what it started, and keeps what it said', async () => {
  const answer = await run('echo first\nsleep 60 &\nsleep 60\necho never', 1)
  expect(answer).toMatchObject({ StatusDetails: 'ExecutionTimedOut', StandardOutputContent: 'first\n' })
})

test('a flood of output fills no memory', async () => {
  const answer = await run('head -c 20000000 /dev/zero | tr "\\0" x; exit 0')
  expect(answer.StatusDetails).toBe('Success')
  expect(answer.StandardOutputContent).toHaveLength(24_000)
})
