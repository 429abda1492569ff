import { App, type AppProps } from 'aws-cdk-lib'
import { collectorDocuments } from '../shared/aws/document.ts'
import { homeOf } from '../shared/config/parse-config.ts'
import type { ScannerConfig } from '../shared/config/scanner-config.ts'
import type { FunctionName } from './bundle.ts'
import { MemberDocumentStack } from './member-document-stack.ts'
import { memberGroups } from './member-groups.ts'
import { MemberRoleStack } from './member-role-stack.ts'
import { ScannerStack } from './scanner-stack.ts'

/**
 * The app that is deployed to the scanner's own account: the scanner and, where that account is scanned as well, its
 * member stacks. Other accounts get theirs from `npm run synth:member`. Throws ConfigError.
 * @param code the folder of each function's bundled code
 */
export const buildApp = (
  config: ScannerConfig,
  code: Record<FunctionName, string>,
  props: AppProps = {},
): App => {
  const { name } = config
  const home = homeOf(config, 'fleet-scanner.yaml')
  const app = new App({ analyticsReporting: false, ...props })
  new ScannerStack(app, name, { config, code, env: home })
  const documents = collectorDocuments()
  const documentNames = documents.map((each) => each.name)
  const groups = memberGroups(config).filter(({ serves }) => serves.includes(home.account))
  groups.forEach((group, index) => {
    const id = groups.length === 1 ? `${name}-member-role` : `${name}-member-role-${index + 1}`
    new MemberRoleStack(app, id, { config, group, documentNames, env: home })
  })
  const regions = new Set(
    config.targets.flatMap((target) => (target.account === home.account ? target.regions : [])),
  )
  for (const region of regions)
    new MemberDocumentStack(app, `${name}-member-document-${region}`, {
      documents,
      env: { account: home.account, region },
    })
  return app
}
