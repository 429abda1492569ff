import { serve } from '@hono/node-server'
import { type Context, Hono } from 'hono'
import type { Agent } from './agent.ts'
import { AwsError } from './aws-error.ts'
import { type Caller, callerOf } from './caller.ts'
import { cloudformation, type DeployedStack } from './cloudformation.ts'
import { gateOf } from './denied.ts'
import { ec2 } from './ec2.ts'
import type { Fleet } from './fleet.ts'
import { type Admit, type DurableFunction, lambda } from './lambda.ts'
import { organizations } from './organizations.ts'
import { ec2Error, parseQuery, queryError } from './query-protocol.ts'
import { type Schedule, scheduler } from './scheduler.ts'
import { type SecurityHub, securityHub, serveSecurityHub } from './security-hub.ts'
import { type ListLag, type Ssm, startSsm } from './ssm.ts'
import type { SsmDocument } from './ssm-documents.ts'
import { sts } from './sts.ts'

export type Endpoint = {
  url: string
  progress: Ssm['progress']
  /** What Security Hub holds, of all accounts and regions. */
  hubFindings: SecurityHub['findings']
  stop(): Promise<void>
}

export type EndpointOptions = {
  fleet: Fleet
  /** The Command documents of the account. */
  documents: SsmDocument[]
  agent: Agent
  /** What is deployed in the account; absent: nothing. */
  stack?: DeployedStack & { runScan: DurableFunction; schedule: { name: string; first: Schedule } }
  now?: () => Date
  /** How long the lists of commands do not show what was just sent; absent: a moment. */
  listLag?: ListLag
  /** Told of every call, also of one that is refused; `request` is the body as it came. */
  onCall?: (caller: Caller, operation: string, request: string) => void
}

/** Services whose requests are JSON, and name their operation in a header. */
const SPEAK_JSON = new Set(['ssm', 'organizations'])

/**
 * Systems Manager, EC2, STS, Organizations and Security Hub of the embedded account, and what is deployed there (CloudFormation, Lambda,
 * Scheduler): one HTTP endpoint on the loopback interface that speaks their wire protocols for the calls that the
 * scanner makes. The service is the one that the request was signed for.
 */
export const startEndpoint = async (options: EndpointOptions): Promise<Endpoint> => {
  const now = options.now ?? (() => new Date())
  const ssm = startSsm(options.fleet, options.documents, options.agent, now, options.listLag)
  const answerEc2 = ec2(options.fleet)
  const answerOrganizations = organizations(options.fleet.organization ?? [])
  const gate = gateOf(options.fleet.denied)
  const answerSts = sts(new Set(options.fleet.instances.map((instance) => instance.account)), gate, now)

  const { stack } = options
  const answerCloudFormation = stack && cloudformation(stack, now)
  const app = new Hono()
  const admit: Admit = async (c, action) => {
    const caller = callerOf(c.req.header('authorization'))
    options.onCall?.(caller, action, await c.req.text())
    gate(caller, action)
  }
  const hub = securityHub(options.fleet.securityHub ?? { off: [], rejects: [] }, now)
  serveSecurityHub(app, hub, admit)
  if (stack) {
    lambda(app, stack.runScan, admit)
    scheduler(app, stack.schedule.name, stack.schedule.first, admit)
  }
  app.post('/', async (c) => {
    const caller = callerOf(c.req.header('authorization'))
    const body = await c.req.text()
    const query = parseQuery(SPEAK_JSON.has(caller.service) ? '' : body)
    const operation = query.get('Action') ?? operationOf(c)
    options.onCall?.(caller, operation, body)
    // Whose account a role is in, STS itself knows.
    if (caller.service !== 'sts') gate(caller, operation)
    if (caller.service === 'ssm') return c.json(ssm.call(operation, caller, parseJson(body)))
    if (caller.service === 'organizations') return c.json(answerOrganizations(operation, parseJson(body)))
    if (caller.service === 'ec2') return xml(answerEc2(caller, query))
    if (caller.service === 'sts') return xml(answerSts(caller, query))
    if (caller.service === 'cloudformation' && answerCloudFormation)
      return xml(answerCloudFormation(caller, query))
    throw new AwsError('UnknownOperationException', `the embedded account has no service ${caller.service}`)
  })
  app.onError((error, c) => refusal(c, error))

  const { server, port } = await listen(app)
  return {
    url: `http://127.0.0.1:${port}`,
    progress: ssm.progress,
    hubFindings: hub.findings,
    stop: async () => {
      ssm.stop()
      await new Promise<void>((resolve) => {
        server.close(() => resolve())
        if ('closeAllConnections' in server) server.closeAllConnections()
      })
    },
  }
}

const listen = (app: Hono): Promise<{ server: ReturnType<typeof serve>; port: number }> =>
  new Promise((resolve, reject) => {
    const server = serve({ fetch: app.fetch, hostname: '127.0.0.1', port: 0 }, ({ port }) =>
      resolve({ server, port }),
    )
    server.once('error', reject)
  })

const operationOf = (c: Context): string =>
  (c.req.header('x-amz-target') ?? '').replace(/^(AmazonSSM|AWSOrganizationsV20161128)\./, '')

const parseJson = (body: string): unknown => {
  try {
    return JSON.parse(body)
  } catch (cause) {
    throw new AwsError(
      'SerializationException',
      `the body is not JSON: ${cause instanceof Error ? cause.message : ''}`,
    )
  }
}

const xml = (body: string, status = 200): Response =>
  new Response(body, { status, headers: { 'content-type': 'text/xml;charset=UTF-8' } })

/** Each protocol has its own form of an error; a fault of ours is a 500, which a client may try again. */
const refusal = (c: Context, error: Error): Response => {
  const known = error instanceof AwsError ? error : new AwsError('InternalFailure', String(error.stack), 500)
  const service = /\/(ec2|sts|cloudformation)\/aws4_request/.exec(c.req.header('authorization') ?? '')?.[1]
  if (service === 'ec2') return xml(ec2Error(known), known.status)
  if (service !== undefined) return xml(queryError(known), known.status)
  return Response.json(
    { __type: known.code, message: known.message },
    { status: known.status, headers: { 'content-type': 'application/x-amz-json-1.1' } },
  )
}
