import { App } from 'aws-cdk-lib'
import { Template } from 'aws-cdk-lib/assertions'
import { describe, expect, it } from 'vitest'
import { MemberDocumentStack } from '../../infra/member-document-stack.ts'
import { memberTemplates } from '../../infra/member-templates.ts'
import { MOST_BYTES, templateText } from '../../infra/synth-member.ts'
import { collectorDocument } from '../../shared/aws/document.ts'
import { collectorScript } from '../../shared/evidence/collector.ts'
import { everySetting } from './every-setting.ts'

const ours = collectorDocument()
/** As an earlier release would have had it: another hash, a script as long. */
const earlier = {
  ...ours,
  hash: 'f'.repeat(64),
  name: 'FleetScanner-Collect-ffffffffffff',
}

const documentsOf = (documents = [ours]) =>
  Template.fromStack(
    new MemberDocumentStack(new App({ analyticsReporting: false }), 'document', { documents }),
  )

type Content = {
  mainSteps: { precondition: unknown; inputs: { runCommand: string[] } }[]
  parameters?: unknown
}

describe('the document of a region', () => {
  it('holds the collector as it is, runs on Linux only, on EC2 only, and takes no parameters', () => {
    const [resource] = Object.values(documentsOf().findResources('AWS::SSM::Document'))
    const { Name, DocumentType, TargetType, Content } = (resource?.Properties ?? {}) as {
      Name: string
      DocumentType: string
      TargetType: string
      Content: Content
    }
    expect({ Name, DocumentType, TargetType }).toEqual({
      Name: ours.name,
      DocumentType: 'Command',
      TargetType: '/AWS::EC2::Instance',
    })
    expect(Content.mainSteps.map(({ inputs }) => inputs.runCommand.join('\n'))).toEqual([collectorScript()])
    expect(Content.mainSteps[0]?.precondition).toEqual({ StringEquals: ['platformType', 'Linux'] })
    expect(Content.parameters).toBeUndefined()
  })

  it('is the same document as long as its script is: another content could not be deployed under the same name', () => {
    const { mainSteps, ...rest } = JSON.parse(ours.content)
    const [{ inputs, ...step }] = mainSteps
    expect({ ...rest, ...step, inputs: { ...inputs, runCommand: [] } }).toEqual({
      schemaVersion: '2.2',
      description: 'Shows how etcd is set up on a Kubernetes node. Reads only, changes nothing.',
      action: 'aws:runShellScript',
      name: 'collect',
      precondition: { StringEquals: ['platformType', 'Linux'] },
      inputs: { timeoutSeconds: '60', runCommand: [] },
    })
  })

  it('stands beside the one before, each a resource of its own', () => {
    const resources = documentsOf([ours, earlier]).findResources('AWS::SSM::Document')
    expect(Object.keys(resources)).toEqual([`Collector${ours.hash.slice(0, 12)}`, 'Collectorffffffffffff'])
    expect(Object.values(resources).map(({ Properties }) => Properties.Name)).toEqual([
      ours.name,
      earlier.name,
    ])
  })
})

describe('the plain templates', () => {
  it.each(memberTemplates(everySetting()))(
    '$name: fits a call of CloudFormation, and needs nothing but itself',
    (made) => {
      const text = templateText(made)
      expect(JSON.parse(text)).toEqual(made.template)
      expect(Buffer.byteLength(text)).toBeLessThan(MOST_BYTES)
      expect(text).not.toMatch(/\{\{|AssetParameters|BootstrapVersion|CDKMetadata/)
      expect(Object.keys(made.template).sort()).toEqual(['Description', 'Resources'])
    },
  )

  it('the one of documents still fits with the collector of the release before', () => {
    const template = documentsOf([ours, earlier]).toJSON() as ReturnType<
      typeof memberTemplates
    >[number]['template']
    expect(Buffer.byteLength(templateText({ once: 'region', template }))).toBeLessThan(MOST_BYTES)
  })
})
