import { GetDocumentCommand, type SSMClient } from '@aws-sdk/client-ssm'
import * as z from 'zod'
import { EXECUTION_TIMEOUT_SECONDS } from '../config/scanner-config.ts'
import { hashOf } from '../evidence/collector.ts'
import { DOCUMENT_VERSION } from './commands.ts'
import type { CommandDocument } from './document.ts'

/**
 * What an account and region have under the document's name: the collector of this release, nothing, or something else.
 * `problem`: what is wrong, and what to do.
 */
export type DocumentCheck = { state: 'ok' } | { state: 'missing' | 'changed'; problem: string }

/**
 * All that decides what runs on a node. CloudFormation writes the JSON anew, so that only what it says is compared; a
 * key that is not known here may change what runs, and makes it another document.
 */
const collectorContent = z.strictObject({
  schemaVersion: z.literal('2.2'),
  description: z.string().optional(),
  parameters: z.strictObject({}).optional(),
  mainSteps: z.tuple([
    z.strictObject({
      action: z.literal('aws:runShellScript'),
      name: z.string(),
      precondition: z.strictObject({
        StringEquals: z.tuple([z.literal('platformType'), z.literal('Linux')]),
      }),
      inputs: z.strictObject({
        timeoutSeconds: z.coerce.number().pipe(z.literal(EXECUTION_TIMEOUT_SECONDS)),
        runCommand: z.array(z.string()),
      }),
    }),
  ]),
})

/** Reads the document that would be sent from the account and region of the client, and holds it against `own`. */
export const checkDocument = async (
  ssm: SSMClient,
  own: Pick<CommandDocument, 'name' | 'hash'>,
): Promise<DocumentCheck> => {
  const state = await stateOf(ssm, own)
  if (state === 'ok') return { state }
  return { state, problem: PROBLEMS[state](own.name) }
}

const PROBLEMS = {
  missing: (name: string) =>
    `the document ${name} is missing: deploy the member document stack there (docs/deploy.md)`,
  changed: (name: string) =>
    `the document ${name} is not the collector of this release: somebody has changed it; delete it, and deploy the member document stack there again (docs/deploy.md)`,
}

const stateOf = async (
  ssm: SSMClient,
  { name, hash }: Pick<CommandDocument, 'name' | 'hash'>,
): Promise<DocumentCheck['state']> => {
  try {
    const { Content = '' } = await ssm.send(
      new GetDocumentCommand({ Name: name, DocumentVersion: DOCUMENT_VERSION, DocumentFormat: 'JSON' }),
    )
    return scriptHashOf(Content) === hash ? 'ok' : 'changed'
  } catch (error) {
    if (!(error instanceof Error)) throw error
    if (error.name === 'InvalidDocument') return 'missing'
    // The document is there, and its first version has been deleted.
    if (error.name === 'InvalidDocumentVersion') return 'changed'
    throw error
  }
}

/** Hash of the script, where the document runs a script in the way of ours and nothing else. */
const scriptHashOf = (content: string): string | undefined => {
  const { data } = collectorContent.safeParse(parsed(content))
  return data && hashOf(data.mainSteps[0].inputs.runCommand.join('\n'))
}

const parsed = (content: string): unknown => {
  try {
    return JSON.parse(content)
  } catch {
    return undefined
  }
}
