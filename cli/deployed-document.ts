import { GetDocumentCommand, SSMClient } from '@aws-sdk/client-ssm'
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts'
import { asUserErrors } from './aws-errors.ts'
import { clientSettings } from './deployment.ts'
import type { Globals } from './output.ts'

/** `where`: the account and region that were asked. `content` absent: they have no document of this name. */
export type DeployedDocument = { where: string; content?: string }

/** Scans run the first version of a document, whatever was made of it since. */
const VERSION = '1'

/** What the caller's account and region have under a document's name. Throws UsageError. */
export const deployedDocument = (name: string, globals: Globals): Promise<DeployedDocument> =>
  asUserErrors(globals, async () => {
    const settings = clientSettings(globals)
    const [ssm, sts] = [new SSMClient(settings), new STSClient(settings)]
    try {
      const region = await ssm.config.region()
      const { Account } = await sts.send(new GetCallerIdentityCommand({}))
      const where = `${Account}/${region}`
      const found = await ssm
        .send(new GetDocumentCommand({ Name: name, DocumentVersion: VERSION }))
        .catch((error: Error) => {
          if (error.name === 'InvalidDocument') return undefined
          throw error
        })
      return { where, ...(found?.Content !== undefined && { content: found.Content }) }
    } finally {
      ssm.destroy()
      sts.destroy()
    }
  })

/** The same of the embedded account. */
export const localDocument = async (
  name: string,
  { data, format, color }: Globals,
): Promise<DeployedDocument> => {
  const [{ startAccount }, { loadFleet }, { SAMPLE_FLEET }, { userErrors }] = await Promise.all([
    import('../local/account.ts'),
    import('../local/fleet.ts'),
    import('./local-scan.ts'),
    import('./local-store.ts'),
  ])
  const fleet = await loadFleet(SAMPLE_FLEET)
  const account = await userErrors(startAccount({ dataDir: data, fleet, onlyPlans: true }))
  try {
    // While the account runs, the environment of this process leads to it.
    return await deployedDocument(name, { data, format, color })
  } finally {
    await account.stop()
  }
}
