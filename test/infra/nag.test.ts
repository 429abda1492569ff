import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { App, CfnResource, Stack, Validations } from 'aws-cdk-lib'
import { PolicyDocument, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam'
import { AwsSolutionsChecks } from 'cdk-nag'
import type { IConstruct } from 'constructs'
import { describe, expect, it } from 'vitest'
import { withApp } from '../../infra/all-templates.ts'
import { memberApp } from '../../infra/member-templates.ts'
import { acknowledge } from '../../infra/nag.ts'
import { everySetting } from './every-setting.ts'

/** `rule on the path of the resource`, of everything that AwsSolutions finds and nobody has acknowledged. */
const findings = (app: App): string[] =>
  new AwsSolutionsChecks(app)
    .validateScope(app)
    .violations.flatMap(({ ruleName, violatingResources }) =>
      violatingResources.map(({ constructPath }) => `${ruleName} on ${constructPath}`),
    )

type Acknowledged = { construct: IConstruct; id: string; reason: string }

const acknowledged = (app: App): Acknowledged[] =>
  app.node.findAll().flatMap((construct) =>
    construct.node.metadata
      .filter(({ type }) => type === Validations.ACKNOWLEDGED_RULES_METADATA_KEY)
      .flatMap(({ data }) =>
        Object.entries(data as Record<string, string>).map(([id, reason]) => ({
          construct,
          id: id.replace(/^annotation::/i, ''),
          reason,
        })),
      ),
  )

const APPS: Record<string, () => App> = {
  app: () => withApp(everySetting(), (app) => app),
  members: () => memberApp(everySetting(), mkdtempSync(join(tmpdir(), 'fleet-scanner-test-'))).app,
}

describe.each(Object.entries(APPS))('cdk-nag over the %s', (_, make) => {
  const app = make()

  it('has nothing that is not acknowledged', () => {
    expect(findings(app)).toEqual([])
  })

  it('acknowledges on single resources, with a reason', () => {
    for (const { construct, reason } of acknowledged(app)) {
      expect(CfnResource.isCfnResource(construct), construct.node.path).toBe(true)
      expect(reason.split(' ').length, `${construct.node.path}: ${reason}`).toBeGreaterThan(6)
    }
  })

  it('acknowledges nothing that is not found', () => {
    const listed = acknowledged(app).filter(({ id }) => id.startsWith('AwsSolutions-'))
    const without = make()
    for (const { construct } of acknowledged(without)) forget(construct)
    const found = findings(without)
    expect(
      listed
        .map(({ id, construct }) => `${id} on ${construct.node.path}`)
        .filter((each) => !found.includes(each)),
    ).toEqual([])
  })
})

/** CDK has no way to take metadata back. */
const forget = (construct: IConstruct): void => {
  const entries = (construct.node as unknown as { _metadata: { type: string }[] })._metadata
  entries.splice(0, entries.length)
}

describe('a right that is too wide', () => {
  const wide = (reasons: Record<string, string>) => {
    const app = new App()
    const statement = new PolicyStatement({ actions: ['s3:*'], resources: ['*'] })
    const role = new Role(new Stack(app, 'stack'), 'Role', {
      assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
      inlinePolicies: { wide: new PolicyDocument({ statements: [statement] }) },
    })
    acknowledge(role, reasons)
    return findings(app)
  }

  it('is found, until it is acknowledged by its own name', () => {
    expect(wide({})).toEqual([
      'AwsSolutions-IAM5[Action::s3:*] on stack/Role/Resource',
      'AwsSolutions-IAM5[Resource::*] on stack/Role/Resource',
    ])
    expect(wide({ 'AwsSolutions-IAM5[Resource::*]': 'for this test' })).toEqual([
      'AwsSolutions-IAM5[Action::s3:*] on stack/Role/Resource',
    ])
  })

  it('cannot be acknowledged for a whole stack', () => {
    expect(() => acknowledge(new Stack(new App(), 'stack'), {})).toThrow(/is no resource of its own/)
  })
})
