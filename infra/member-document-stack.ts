import { Stack, type StackProps } from 'aws-cdk-lib'
import { CfnDocument } from 'aws-cdk-lib/aws-ssm'
import type { Construct } from 'constructs'
import type { CommandDocument } from '../shared/aws/document.ts'

/**
 * The Command documents of a member region: this release's collector, and the one before it, so that scanner and members need not
 * be upgraded in one moment. A document's name and its logical id hold the collector's hash: another collector is another
 * document, never a new version of one.
 */
export class MemberDocumentStack extends Stack {
  constructor(
    scope: Construct,
    id: string,
    { documents, ...props }: StackProps & { documents: CommandDocument[] },
  ) {
    super(scope, id, {
      description: 'fleet-scanner: the Command documents that hold the collector, in this region',
      ...props,
    })
    for (const { name, content, hash } of documents)
      new CfnDocument(this, `Collector${hash.slice(0, 12)}`, {
        name,
        documentType: 'Command',
        documentFormat: 'JSON',
        // Nothing but an EC2 instance is sent to: no hybrid node, no other kind of resource.
        targetType: '/AWS::EC2::Instance',
        content: JSON.parse(content),
      })
  }
}
