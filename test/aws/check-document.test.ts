import type { SSMClient } from '@aws-sdk/client-ssm'
import { expect, test } from 'vitest'
import { checkDocument } from '../../shared/aws/check-document.ts'
import { collectorDocument } from '../../shared/aws/document.ts'
import { recordedClient } from './recorded-client.ts'

const own = collectorDocument()

type Content = ReturnType<typeof parsed>
const parsed = () => JSON.parse(own.content)

const check = async (answer: object | Error) => {
  const ssm = recordedClient<SSMClient>({ GetDocument: [answer] })
  return { ssm, answer: await checkDocument(ssm.client, own) }
}

/** What becomes of the document when its content is changed so. */
const changed = async (change: (content: Content) => void) => {
  const content = parsed()
  change(content)
  return (await check({ Content: JSON.stringify(content) })).answer.state
}

test('the first version of the document is read, and is the collector of this release', async () => {
  const { ssm, answer } = await check({ Content: own.content })
  expect(answer).toEqual({ state: 'ok' })
  expect(ssm.asked).toEqual([
    { name: 'GetDocument', input: { Name: own.name, DocumentVersion: '1', DocumentFormat: 'JSON' } },
  ])
})

test('JSON that CloudFormation has written anew, with other keys first, blanks, or numbers as texts, is the same', async () => {
  const { schemaVersion, description, mainSteps } = parsed()
  const [{ action, name, precondition, inputs }] = mainSteps
  const { runCommand, timeoutSeconds } = inputs
  const again = {
    parameters: {},
    mainSteps: [
      { inputs: { runCommand, timeoutSeconds: Number(timeoutSeconds) }, precondition, name, action },
    ],
    ...{ description, schemaVersion },
  }
  expect((await check({ Content: JSON.stringify(again, null, 4) })).answer).toEqual({ state: 'ok' })
})

test.each<[string, (content: Content) => void]>([
  ['a line more in its script', (content) => content.mainSteps[0].inputs.runCommand.push('id')],
  ['a line less', (content) => content.mainSteps[0].inputs.runCommand.pop()],
  ['one character', (content) => (content.mainSteps[0].inputs.runCommand[3] += ' ')],
  ['a second step', (content) => content.mainSteps.push(content.mainSteps[0])],
  ['no step', (content) => (content.mainSteps = [])],
  ['another plugin', (content) => (content.mainSteps[0].action = 'aws:runPowerShellScript')],
  ['a parameter', (content) => (content.parameters = { commands: { type: 'StringList' } })],
  ['no precondition', (content) => delete content.mainSteps[0].precondition],
  [
    'another platform',
    (content) => (content.mainSteps[0].precondition = { StringEquals: ['platformType', 'Windows'] }),
  ],
  ['a directory to run in', (content) => (content.mainSteps[0].inputs.workingDirectory = '/tmp')],
  ['more time', (content) => (content.mainSteps[0].inputs.timeoutSeconds = '3600')],
  ['another schema', (content) => (content.schemaVersion = '2.0')],
  ['something that nobody knows', (content) => (content.mainSteps[0].onFailure = 'exit')],
  ['variables', (content) => (content.variables = {})],
])('a document with %s is not the collector', async (_, change) => {
  expect(await changed(change)).toBe('changed')
})

test.each([{ Content: 'not JSON' }, { Content: '' }, {}, { Content: '[]' }])(
  '%j is not the collector',
  async (answer) => {
    expect((await check(answer)).answer).toEqual({
      state: 'changed',
      problem: expect.stringMatching(
        /is not the collector of this release: somebody has changed it; .*docs\/deploy\.md/,
      ),
    })
  },
)

const awsError = (name: string) => Object.assign(new Error(name), { name })

test('a document that does not exist is missing, and the mend is told', async () => {
  expect((await check(awsError('InvalidDocument'))).answer).toEqual({
    state: 'missing',
    problem: `the document ${own.name} is missing: deploy the member document stack there (docs/deploy.md)`,
  })
})

test('one whose first version was deleted has been changed; one that cannot be read is neither', async () => {
  expect((await check(awsError('InvalidDocumentVersion'))).answer.state).toBe('changed')
  await expect(check(awsError('AccessDeniedException'))).rejects.toThrow('AccessDeniedException')
})
