import { EXECUTION_TIMEOUT_SECONDS } from '../config/scanner-config.ts'
import { collectorHash, collectorScript } from '../evidence/collector.ts'

/** A Systems Manager Command document: its name, its content as JSON, and the hash of the collector in it. */
export type CommandDocument = { name: string; content: string; hash: string }

/**
 * The document that runs the collector on a node. Its name holds the collector's hash: version numbers of a document
 * differ from region to region, a name does not. It takes no parameters, so that nobody can run anything else by it.
 * Format: https://docs.aws.amazon.com/systems-manager/latest/userguide/documents-command-ssm-plugin-reference.html
 */
export const collectorDocument = (): CommandDocument => {
  const script = collectorScript()
  // Systems Manager would take what stands between these for a parameter.
  if (/\{\{|\}\}/.test(script))
    throw new Error('the collector holds {{ or }}, which Systems Manager would substitute')
  const hash = collectorHash()
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
