import { GetScheduleCommand } from '@aws-sdk/client-scheduler'
import { assume, complaint, type Step, type World } from './step.ts'

const schedule = async ({ deployment: { clients, outputs } }: World) => {
  const { $metadata, LastModificationDate, ...rest } = await clients.scheduler.send(
    new GetScheduleCommand({ Name: outputs.ScheduleName, GroupName: 'default' }),
  )
  return rest
}

/** Changes the schedule, and changes it back whatever comes between. */
export const pausing: Step[] = [
  {
    name: 'pause',
    title: 'the schedule can be paused and resumed, and is otherwise left as it was',
    changes: true,
    run: async (world) => {
      const before = await schedule(world)
      const wasPaused = before.State === 'DISABLED'
      const [there, back] = wasPaused ? ['resume', 'pause'] : ['pause', 'resume']
      try {
        const said = await world.command(there)
        assume(said.code === 0, complaint(said))
        const { State } = await schedule(world)
        assume(State !== before.State, `after ${there} it is still ${State}`)
      } finally {
        const said = await world.command(back)
        assume(
          said.code === 0,
          `the schedule was NOT put back; run fleet-scanner ${back}: ${complaint(said)}`,
        )
      }
      const after = await schedule(world)
      assume(JSON.stringify(after) === JSON.stringify(before), `it has changed: ${JSON.stringify(after)}`)
      return `${before.State}, as before`
    },
  },
]
