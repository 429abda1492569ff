import { EC2Client } from '@aws-sdk/client-ec2'
import { SSMClient } from '@aws-sdk/client-ssm'
import type { TargetPlan } from '../lambdas/run-scan/deps.ts'
import { takeInventory } from '../shared/aws/inventory.ts'
import { type ScannerConfig, type ScanTarget, scanTargets } from '../shared/config/scanner-config.ts'
import { asUserErrors } from './aws-errors.ts'
import { type ClientSettings, clientSettings } from './deployment.ts'
import { UsageError } from './exit-code.ts'
import type { Globals } from './output.ts'

/**
 * What the selectors match today, seen with the caller's own credentials: before anything is deployed there is no role
 * to assume. Accounts other than `account` are left out.
 */
export const previewTargets = async (
  config: ScannerConfig,
  account: string,
  globals: Globals,
): Promise<TargetPlan[]> =>
  Promise.all(
    scanTargets(config)
      .filter((target) => target.account === account)
      .map((target) => previewTarget(target, config, globals)),
  )

const previewTarget = async (
  target: ScanTarget,
  config: ScannerConfig,
  globals: Globals,
): Promise<TargetPlan> => {
  const { account, region } = target
  const settings: ClientSettings = { ...clientSettings(globals), region }
  const clients = { ec2: new EC2Client(settings), ssm: new SSMClient(settings) }
  try {
    const found = await asUserErrors(globals, () => takeInventory(clients, target, [], config))
    return { account, region, ...found }
  } catch (error) {
    if (!(error instanceof UsageError)) throw error
    return { account, region, toScan: [], skipped: [], error: error.message }
  } finally {
    clients.ec2.destroy()
    clients.ssm.destroy()
  }
}
