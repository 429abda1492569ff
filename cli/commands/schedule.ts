import { GetScheduleCommand, UpdateScheduleCommand } from '@aws-sdk/client-scheduler'
import { renderJson, renderJsonl } from '../../shared/report/json.ts'
import { plainText } from '../../shared/report/plain-text.ts'
import { withDeployment } from '../deployment.ts'
import { EXIT, type ExitCode, UsageError } from '../exit-code.ts'
import { checkOutput, type Globals, printResults } from '../output.ts'
import { placeOf } from '../read-store.ts'

type State = 'ENABLED' | 'DISABLED'

/** Stops the schedule from starting scans; one that is under way goes on. */
export const pause = (globals: Globals): Promise<ExitCode> => setState('DISABLED', globals)

/** Has the schedule start scans again, from its next time on. */
export const resume = (globals: Globals): Promise<ExitCode> => setState('ENABLED', globals)

const setState = async (wanted: State, globals: Globals): Promise<ExitCode> => {
  if (placeOf(globals) === 'local')
    throw new UsageError('the embedded account has no schedule; name a deployed stack with --stack')
  checkOutput(globals)
  return withDeployment(globals, async ({ stack, outputs, clients }) => {
    const GroupName = 'default'
    const Name = outputs.ScheduleName
    const found = await clients.scheduler.send(new GetScheduleCommand({ Name, GroupName }))
    const { ScheduleExpression = '', ScheduleExpressionTimezone = 'UTC', State: was = 'ENABLED' } = found
    if (was !== wanted) {
      // An update replaces the schedule whole: what it leaves out would be gone.
      const { Arn, CreationDate, LastModificationDate, $metadata, ...kept } = found
      const { Target, FlexibleTimeWindow } = found
      await clients.scheduler.send(
        new UpdateScheduleCommand({
          ...kept,
          ...{ Name, GroupName, ScheduleExpression, Target, FlexibleTimeWindow },
          State: wanted,
        }),
      )
    }
    const said = {
      stack,
      schedule: Name,
      expression: ScheduleExpression,
      timeZone: ScheduleExpressionTimezone,
    }
    const answer = { ...said, was: wordFor(was), is: wordFor(wanted) }
    const text = {
      table: () => inWords(answer),
      json: () => renderJson(answer),
      jsonl: () => renderJsonl([answer]),
    }[globals.format]()
    await printResults(globals, text)
    return EXIT.nothingFails
  })
}

const wordFor = (state: string): string => (state === 'DISABLED' ? 'paused' : 'running')

const inWords = (answer: {
  schedule: string
  expression: string
  timeZone: string
  was: string
  is: string
}): string => {
  const { was, is } = answer
  const change = was === is ? `already was ${is}; nothing was changed` : `was ${was}, and is ${is} now`
  const when = `${plainText(answer.expression)}, ${plainText(answer.timeZone)}`
  return `schedule ${plainText(answer.schedule)} (${when}) ${change}\n`
}
