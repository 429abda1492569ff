import type { Hono } from 'hono'
import * as z from 'zod'
import { AwsError } from './aws-error.ts'
import { HOME_ACCOUNT } from './caller.ts'
import { HOME_REGION } from './credentials.ts'
import type { Admit } from './lambda.ts'

const GROUP = 'default'

const text = z.string()
/** What UpdateSchedule takes: what a request leaves out is gone, or back at its default. */
const scheduleSchema = z.strictObject({
  ScheduleExpression: text,
  ScheduleExpressionTimezone: text.default('UTC'),
  Description: text.optional(),
  State: z.enum(['ENABLED', 'DISABLED']).default('ENABLED'),
  StartDate: z.number().optional(),
  EndDate: z.number().optional(),
  KmsKeyArn: text.optional(),
  ActionAfterCompletion: z.enum(['NONE', 'DELETE']).default('NONE'),
  FlexibleTimeWindow: z.strictObject({
    Mode: z.enum(['OFF', 'FLEXIBLE']),
    MaximumWindowInMinutes: z.number().int().min(1).max(1440).optional(),
  }),
  Target: z.strictObject({
    Arn: text,
    RoleArn: text,
    Input: text.optional(),
    RetryPolicy: z
      .strictObject({
        MaximumEventAgeInSeconds: z.number().optional(),
        MaximumRetryAttempts: z.number().optional(),
      })
      .optional(),
    DeadLetterConfig: z.strictObject({ Arn: text }).optional(),
  }),
})
export type Schedule = z.infer<typeof scheduleSchema>

/**
 * EventBridge Scheduler with the stack's one schedule, which can be read and changed. It never fires: nothing here
 * runs for as long as that would take. https://docs.aws.amazon.com/scheduler/latest/APIReference/
 */
export const scheduler = (app: Hono, name: string, first: Schedule, admit: Admit): void => {
  let schedule = first
  const arn = `arn:aws:scheduler:${HOME_REGION}:${HOME_ACCOUNT}:schedule/${GROUP}/${name}`
  const checkName = (given: string, group: string = GROUP): void => {
    if (given !== name || group !== GROUP)
      throw new AwsError('ResourceNotFoundException', `Schedule ${given} does not exist.`, 404)
  }

  app.get('/schedules/:name', async (c) => {
    await admit(c, 'GetSchedule')
    checkName(c.req.param('name'), c.req.query('groupName'))
    return c.json({ Arn: arn, Name: name, GroupName: GROUP, ...schedule })
  })

  app.put('/schedules/:name', async (c) => {
    await admit(c, 'UpdateSchedule')
    const { ClientToken: _once, GroupName, ...wanted } = await c.req.json()
    checkName(c.req.param('name'), GroupName)
    const checked = scheduleSchema.safeParse(wanted)
    if (!checked.success) throw new AwsError('ValidationException', z.prettifyError(checked.error))
    schedule = checked.data
    return c.json({ ScheduleArn: arn })
  })
}
