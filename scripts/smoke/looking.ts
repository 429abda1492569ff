import { GetScheduleCommand } from '@aws-sdk/client-scheduler'
import * as z from 'zod'
import { assume, complaint, NotSeenError, type Step } from './step.ts'

const plan = z.object({
  targets: z.array(
    z.object({
      account: z.string(),
      region: z.string(),
      toScan: z.array(z.unknown()),
      error: z.string().optional(),
    }),
  ),
})

const checked = z.object({ checks: z.array(z.object({ state: z.string(), about: z.string() })) })

/** Steps that change nothing. */
export const looking: Step[] = [
  {
    name: 'outputs',
    title: 'the stack says where its parts are',
    run: async ({ deployment }) => {
      const { outputs, region } = deployment
      const arn = /^arn:[\w-]+:lambda:[\w-]+:\d{12}:function:[\w-]+:[\w-]+$/
      assume(arn.test(outputs.RunScanArn), `${outputs.RunScanArn} is not the ARN of an alias`)
      return `version ${outputs.Version} in ${region}`
    },
  },
  {
    name: 'schedule',
    title: 'the schedule starts the alias of run-scan, and says for when',
    run: async ({ deployment: { clients, outputs } }) => {
      const found = await clients.scheduler.send(
        new GetScheduleCommand({ Name: outputs.ScheduleName, GroupName: 'default' }),
      )
      const target = JSON.stringify(found.Target ?? {})
      assume(target.includes(outputs.RunScanArn), `its target is not ${outputs.RunScanArn}: ${target}`)
      assume(
        target.includes('<aws.scheduler.scheduled-time>'),
        `it does not pass the scheduled time, which names the scan: ${target}`,
      )
      return `${found.ScheduleExpression} ${found.ScheduleExpressionTimezone}, ${found.State}`
    },
  },
  {
    name: 'document',
    title: 'the document holds the script that this version would run, byte for byte',
    run: async ({ command }) => {
      const said = await command('document', 'diff')
      assume(said.code === 0, complaint(said))
      return said.stderr.trim()
    },
  },
  {
    name: 'doctor',
    title: 'doctor finds nothing to mend',
    run: async ({ command }) => {
      const said = await command('doctor')
      const { checks } = checked.safeParse(said.json).data ?? { checks: [] }
      assume(checks.length > 0, complaint(said))
      const problems = checks.filter(({ state }) => state === 'problem').map((each) => each.about)
      // What is yours to mend refutes nothing.
      if (problems.length > 0) throw new NotSeenError(`it finds problems with ${problems.join(', ')}`)
      return `${checks.length} checks`
    },
  },
  {
    name: 'plan',
    title: 'run-scan runs as a durable function, assumes the sender roles, and finds instances',
    run: async ({ command }) => {
      const said = await command('scan', '--dry-run')
      const { targets } = plan.safeParse(said.json).data ?? { targets: [] }
      assume(targets.length > 0, complaint(said))
      const broken = targets.flatMap(({ account, region, error }) =>
        error === undefined ? [] : [`${account}/${region}: ${error}`],
      )
      assume(broken.length === 0, broken.join('; '))
      const instances = targets.reduce((sum, { toScan }) => sum + toScan.length, 0)
      assume(instances > 0, 'no instance would be scanned: see what `doctor` says of the selectors')
      return `${instances} instances in ${targets.length} accounts and regions`
    },
  },
]
