import { existsSync, readFileSync } from 'node:fs'
import { EXECUTION_TIMEOUT_SECONDS } from '../config/scanner-config.ts'
import { collectorScript, hashOf } from '../evidence/collector.ts'

/** A Systems Manager Command document: its name, its content as JSON, and the hash of the collector in it. */
export type CommandDocument = { name: string; content: string; hash: string }

/** The collector of the release before, kept from the second release on, so that members and scanner may be upgraded apart. */
const PREVIOUS = new URL('../evidence/previous-collector.sh', import.meta.url)

/** The document that this release sends. */
export const collectorDocument = (): CommandDocument => documentOf(collectorScript())

/** The documents of a member region: this release's, and that of the one before where `previous` exists. */
export const collectorDocuments = (previous: URL | string = PREVIOUS): CommandDocument[] => [
  collectorDocument(),
  ...(existsSync(previous) ? [documentOf(readFileSync(previous, 'utf8'))] : []),
]

/**
 * A document that runs a collector on a node. Its name holds the collector's hash: version numbers of a document
 * differ from region to region, a name does not. It takes no parameters, so that nobody can run anything else by it.
 * Format: https://docs.aws.amazon.com/systems-manager/latest/userguide/documents-command-ssm-plugin-reference.html
 */
const documentOf = (script: string): CommandDocument => {
  // Systems Manager would take what stands between these for a parameter.
  if (/\{\{|\}\}/.test(script))
    throw new Error('the collector holds {{ or }}, which Systems Manager would substitute')
  const hash = hashOf(script)
  return {
    name: `FleetScanner-Collect-${hash.slice(0, 12)}`,
    hash,
    content: JSON.stringify({
      schemaVersion: '2.2',
      description: 'Shows how etcd is set up on a Kubernetes node. Reads only, changes nothing.',
      mainSteps: [
        {
          action: 'aws:runShellScript',
          name: 'collect',
          precondition: { StringEquals: ['platformType', 'Linux'] },
          inputs: { timeoutSeconds: String(EXECUTION_TIMEOUT_SECONDS), runCommand: script.split('\n') },
        },
      ],
    }),
  }
}
