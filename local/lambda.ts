import type { Context, Hono } from 'hono'
import * as z from 'zod'
import { AwsError } from './aws-error.ts'
import type { Execution, Executions } from './executions.ts'
import { pageOf } from './paging.ts'

/** What the stack's one durable function is called, and its executions. */
export type DurableFunction = { name: string; alias: string; executions: Executions }

/** Told of each call, by the name of its IAM action, before it is answered; throws what refuses it. */
export type Admit = (c: Context, action: string) => Promise<void>

const optional = z.string().optional()
const listRequest = z.strictObject({
  Qualifier: optional,
  DurableExecutionName: optional,
  Marker: optional,
  MaxItems: z.coerce.number().int().min(1).max(1000).optional(),
})

/**
 * AWS Lambda for the calls that the command line makes: Invoke (asynchronously), the durable executions listed, shown
 * and stopped, and the function's versions. Paths and headers: https://docs.aws.amazon.com/lambda/latest/api/
 */
export const lambda = (app: Hono, { name, alias, executions }: DurableFunction, admit: Admit): void => {
  const checkName = (given: string, withAlias: boolean): void => {
    const [, called, qualifier] = /([^:]+)(?::([^:]+))?$/.exec(given.replace(/^arn:.*:function:/, '')) ?? []
    if (called === name && (qualifier === undefined || (withAlias && qualifier === alias))) return
    throw new AwsError('ResourceNotFoundException', `Function not found: ${given}`, 404)
  }

  app.post('/2015-03-31/functions/:function/invocations', async (c) => {
    await admit(c, 'InvokeFunction')
    checkName(c.req.param('function'), true)
    const type = c.req.header('x-amz-invocation-type') ?? 'RequestResponse'
    if (type === 'DryRun') return c.body(null, 204)
    // A durable function that may run for more than 15 minutes, as this one, cannot be waited for.
    if (type !== 'Event')
      throw new AwsError('InvalidParameterValueException', 'this durable function is invoked with Event only')
    const { arn, version } = executions.start(
      await c.req.text(),
      c.req.header('x-amz-durable-execution-name'),
    )
    return c.body(null, 202, { 'x-amz-executed-version': version, 'x-amz-durable-execution-arn': arn })
  })

  app.get('/2015-03-31/functions/:function/versions', async (c) => {
    await admit(c, 'ListVersionsByFunction')
    checkName(c.req.param('function'), false)
    const maxResults = z.coerce
      .number()
      .catch(50)
      .parse(c.req.query('MaxItems') ?? 50)
    const { items, nextToken } = pageOf(
      ['$LATEST', ...executions.versions()],
      { maxResults: Math.min(maxResults, 50), nextToken: c.req.query('Marker') },
      'InvalidParameterValueException',
    )
    const Versions = items.map((Version) => ({ FunctionName: name, Version }))
    return c.json({ Versions, ...(nextToken && { NextMarker: nextToken }) })
  })

  app.get('/2015-03-31/functions/:function/aliases/:alias', async (c) => {
    await admit(c, 'GetAlias')
    checkName(`${c.req.param('function')}:${c.req.param('alias')}`, true)
    return c.json({ Name: alias, FunctionVersion: executions.versions().at(-1) })
  })

  app.get('/2025-12-01/functions/:function/durable-executions', async (c) => {
    await admit(c, 'ListDurableExecutionsByFunction')
    checkName(c.req.param('function'), false)
    const { Statuses: statuses = [], ...query } = c.req.queries()
    const checked = listRequest.safeParse(Object.fromEntries(Object.entries(query).map(([k, [v]]) => [k, v])))
    if (!checked.success) throw new AwsError('InvalidParameterValueException', z.prettifyError(checked.error))
    const asked = checked.data
    // An alias finds nothing: executions have the number of the version in their ARN.
    const version = asked.Qualifier ?? '$LATEST'
    const found = executions.list({ name: asked.DurableExecutionName, version, statuses })
    const { items, nextToken } = pageOf(
      found,
      { maxResults: asked.MaxItems, nextToken: asked.Marker },
      'InvalidParameterValueException',
    )
    return c.json({ DurableExecutions: items.map(summary), ...(nextToken && { NextMarker: nextToken }) })
  })

  app.get('/2025-12-01/durable-executions/:arn', async (c) => {
    await admit(c, 'GetDurableExecution')
    return c.json(whole(executions.get(c.req.param('arn'))))
  })

  app.post('/2025-12-01/durable-executions/:arn/stop', async (c) => {
    await admit(c, 'StopDurableExecution')
    const { endedAt } = executions.stop(c.req.param('arn'))
    return c.json({ StopTimestamp: seconds(endedAt) })
  })
}

/** As AWS's JSON has times. */
const seconds = (time: Date | undefined): number | undefined => time && time.getTime() / 1000

const summary = ({ arn, name, status, startedAt, endedAt }: Execution): object => ({
  DurableExecutionArn: arn,
  DurableExecutionName: name,
  FunctionArn: arn.replace(/\/durable-execution\/.*/, ''),
  Status: status,
  StartTimestamp: seconds(startedAt),
  EndTimestamp: seconds(endedAt),
})

const whole = (execution: Execution): object => ({
  ...summary(execution),
  InputPayload: execution.payload,
  Result: execution.result,
  ...(execution.error && {
    Error: { ErrorType: execution.error.type, ErrorMessage: execution.error.message },
  }),
  Version: execution.version,
  ExecutionDataIncluded: true,
})
