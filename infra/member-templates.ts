import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { App, BootstraplessSynthesizer, type IStackSynthesizer } from 'aws-cdk-lib'
import { collectorDocuments } from '../shared/aws/document.ts'
import type { ScannerConfig } from '../shared/config/scanner-config.ts'
import { MemberDocumentStack } from './member-document-stack.ts'
import { type MemberGroup, memberGroups } from './member-groups.ts'
import { MemberRoleStack } from './member-role-stack.ts'

/** A template as CloudFormation takes it, of what concerns anything here. */
export type Template = {
  Description?: string
  Resources: Record<
    string,
    { Type: string; Properties?: Record<string, unknown>; [attribute: string]: unknown }
  >
}

/** `serves`: the accounts and organizational units that it is for. `once`: an account, or each of the regions. */
export type MemberTemplate = {
  name: string
  once: 'account' | 'region'
  serves: string[]
  regions: string[]
  template: Template
}

/** The stacks of the member side in an app of their own, which needs no bootstrapped account: no assets, no parameters, no rules. */
export const memberApp = (config: ScannerConfig, outdir: string) => {
  const app = new App({ outdir, analyticsReporting: false })
  // Its getters are typed more loosely than what they implement.
  const synthesizer = () => new BootstraplessSynthesizer() as IStackSynthesizer
  const documents = collectorDocuments()
  const groups = memberGroups(config)
  const roles = groups.map((group, index) => {
    const id = groups.length === 1 ? 'member-role' : `member-role-${index + 1}`
    const documentNames = documents.map(({ name }) => name)
    return {
      group,
      stack: new MemberRoleStack(app, id, { config, group, documentNames, synthesizer: synthesizer() }),
    }
  })
  const document = new MemberDocumentStack(app, 'member-document', { documents, synthesizer: synthesizer() })
  return { app, roles, document }
}

/** The plain CloudFormation of the member side: one template of roles for each role and external id, one of documents. */
export const memberTemplates = (config: ScannerConfig): MemberTemplate[] => {
  const outdir = mkdtempSync(join(tmpdir(), 'fleet-scanner-member-'))
  try {
    const { app, roles, document } = memberApp(config, outdir)
    const assembly = app.synth()
    const templateOf = (name: string): Template => assembly.getStackByName(name).template
    return [
      ...roles.map(({ group, stack }) => ({
        name: stack.stackName,
        once: 'account' as const,
        ...servedBy(group),
        template: templateOf(stack.stackName),
      })),
      {
        name: document.stackName,
        once: 'region' as const,
        serves: [...new Set(roles.flatMap(({ group }) => group.serves))],
        regions: [...new Set(roles.flatMap(({ group }) => group.regions))].sort(),
        template: templateOf(document.stackName),
      },
    ]
  } finally {
    rmSync(outdir, { recursive: true, force: true })
  }
}

const servedBy = ({ serves, regions }: MemberGroup) => ({ serves, regions })
