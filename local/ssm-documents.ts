import { createHash } from 'node:crypto'
import * as z from 'zod'
import { AwsError } from './aws-error.ts'

/** A Command document as registered: its JSON content under a name. */
export type SsmDocument = { name: string; content: string }

/** What the agents run of a document, and for how long at most. */
export type Job = { script: string; timeoutSeconds: number }

const commandContent = z.looseObject({
  schemaVersion: z.literal('2.2'),
  mainSteps: z.tuple([
    z.looseObject({
      action: z.literal('aws:runShellScript'),
      name: z.string(),
      inputs: z.looseObject({
        runCommand: z.array(z.string()),
        timeoutSeconds: z.coerce.number().int().positive().default(3600),
      }),
    }),
  ]),
})

export type RegisteredDocument = SsmDocument & { hash: string; stepName: string; job: Job }

/**
 * The documents of the account, the same in each of its regions. They are fixed at start-up: the endpoint has no
 * CreateDocument, so that whoever reaches it can have nothing else run here.
 */
export const documentRegister = (documents: SsmDocument[]): ((name: string) => RegisteredDocument) => {
  const byName = new Map(documents.map((document) => [document.name, register(document)]))
  return (name) => {
    const found = byName.get(name)
    if (found === undefined)
      throw new AwsError('InvalidDocument', `Document with name ${name} does not exist.`)
    return found
  }
}

const register = (document: SsmDocument): RegisteredDocument => {
  const [step] = commandContent.parse(JSON.parse(document.content)).mainSteps
  return {
    ...document,
    hash: createHash('sha256').update(document.content).digest('hex'),
    stepName: step.name,
    job: { script: `${step.inputs.runCommand.join('\n')}\n`, timeoutSeconds: step.inputs.timeoutSeconds },
  }
}

/** DescribeDocument's answer. */
export const describeDocument = ({ name, hash }: RegisteredDocument): object => ({
  Document: {
    Name: name,
    Hash: hash,
    HashType: 'Sha256',
    Status: 'Active',
    DocumentVersion: '1',
    DefaultVersion: '1',
    LatestVersion: '1',
    DocumentType: 'Command',
    DocumentFormat: 'JSON',
    SchemaVersion: '2.2',
    PlatformTypes: ['Linux'],
  },
})

/** GetDocument's answer. */
export const getDocument = ({ name, content }: RegisteredDocument): object => ({
  Name: name,
  Content: content,
  DocumentVersion: '1',
  DocumentType: 'Command',
  DocumentFormat: 'JSON',
  Status: 'Active',
})
