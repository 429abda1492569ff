import { setTimeout as sleep } from 'node:timers/promises'
import * as z from 'zod'
import { startExecution } from '../../cli/executions.ts'
import { scanIdOf } from '../../shared/scan-id.ts'
import { assume, complaint, NotSeenError, type Step, type World } from './step.ts'

const cancelled = z.object({ commands: z.number(), errors: z.array(z.string()) })

/** A second after the last one: a scan is named by its second. */
const newScanId = async (): Promise<string> => {
  await sleep(1100)
  return scanIdOf(new Date(Math.floor(Date.now() / 1000) * 1000).toISOString())
}

/** Runs a scan by the command line, and returns its record. */
const scanned = async ({ command, deployment: { store }, scans }: World) => {
  const before = new Set((await store.scans(20)).map(({ scanId }) => scanId))
  await sleep(1100)
  const said = await command('scan')
  assume([0, 1, 3].includes(said.code ?? -1), complaint(said))
  const record = (await store.scans(20)).find(({ scanId }) => !before.has(scanId))
  assume(record !== undefined, 'the scan has ended and is not in the table')
  scans.push(record.scanId)
  return record
}

/** Waits until the scan shows in the table; false: it does not, after a minute and a half. */
const opens = async ({ deployment: { store } }: World, scanId: string): Promise<boolean> => {
  for (let i = 0; i < 180; i++) {
    if (await store.scan(scanId)) return true
    await sleep(500)
  }
  return false
}

/** Steps that send the collector, which reads only, to the selected instances. */
export const scanning: Step[] = [
  {
    name: 'scan',
    title: 'a scan sends the document, the readers read what came back, and the scan closes',
    changes: true,
    run: async (world) => {
      const { scanId, status, coverage, targetErrors = [] } = await scanned(world)
      assume(status === 'closed', `scan ${scanId} ended as ${status}`)
      assume(targetErrors.length === 0, targetErrors.join('; '))
      assume((coverage?.assessed ?? 0) > 0, `none of ${coverage?.total} instances was assessed`)
      return `scan ${scanId}: ${coverage?.assessed} of ${coverage?.total} assessed`
    },
  },
  {
    name: 'findings',
    title: 'the findings of the assessed instances can be read, with the rights of whoever runs this',
    run: async ({ command, deployment: { store }, scans }) => {
      const said = await command('findings')
      assume([0, 1, 3].includes(said.code ?? -1), complaint(said))
      const results = await store.commandResults(scans.at(-1) ?? '')
      const assessed = results
        .flatMap(({ outcomes }) => outcomes)
        .filter(({ state }) => state === 'assessed')
        .map(({ instanceId }) => instanceId)
      const found = new Set((await store.findings({})).map(({ instanceId }) => instanceId))
      const without = assessed.filter((id) => !found.has(id))
      assume(without.length === 0, `assessed, and without a finding: ${without.join(', ')}`)
      return `${found.size} instances have findings`
    },
  },
  {
    name: 'digest',
    title: 'SNS has taken the digests: topic and key let run-scan in',
    run: async ({ deployment: { store }, scans }) => {
      const digests = await store.digestsOf(scans.at(-1) ?? '')
      const unpublished = digests.filter(({ publishedAt }) => publishedAt === undefined)
      assume(unpublished.length === 0, `not published: ${unpublished.map(({ route }) => route).join(', ')}`)
      if (digests.length === 0) throw new NotSeenError('nothing has changed, so there was no digest')
      return `${digests.length} published; see that it has arrived`
    },
  },
  {
    name: 'unchanged',
    title: 'a second scan finds nothing changed, and tells nobody anything',
    changes: true,
    run: async (world) => {
      const { scanId, status, changes } = await scanned(world)
      assume(status === 'closed', `scan ${scanId} ended as ${status}`)
      const transitions = await world.deployment.store.transitionsOf(scanId)
      const changed = transitions.map(
        (each) => `${each.instanceId} ${each.ruleId}: ${each.from} -> ${each.to}`,
      )
      assume(
        changes === 0,
        `${changes} changes (${changed.join('; ')}): unless your fleet has changed just now`,
      )
      const digests = await world.deployment.store.digestsOf(scanId)
      assume(digests.length === 0, `a digest was made: ${digests.map(({ subject }) => subject).join('; ')}`)
      return `scan ${scanId}`
    },
  },
  {
    name: 'repeated',
    title: 'starting a scan again under its name starts nothing',
    run: async ({ deployment, scans }) => {
      const scanId = scans.at(-1) ?? ''
      const before = await deployment.store.scan(scanId)
      await startExecution(deployment, scanId, { scanId })
      await sleep(3000)
      const after = await deployment.store.scan(scanId)
      assume(JSON.stringify(after) === JSON.stringify(before), `scan ${scanId} was run again`)
      return `scan ${scanId} stands as it was`
    },
  },
  {
    name: 'cancel',
    title: 'a scan that is under way can be stopped, its commands called back, and gives its lock back',
    changes: true,
    run: async (world) => {
      const { command, deployment } = world
      const scanId = await newScanId()
      await startExecution(deployment, scanId, { scanId })
      assume(await opens(world, scanId), `scan ${scanId} was started, and has not opened`)
      const said = await command('scan', '--cancel', scanId)
      if (said.code === 2 && /already ended/.test(said.stderr))
        throw new NotSeenError('the scan was over before it could be cancelled')
      assume(said.code === 0, complaint(said))
      const status = (await deployment.store.scan(scanId))?.status
      assume(status === 'cancelled', `scan ${scanId} is ${status}`)
      const { commands, errors } = cancelled.parse(said.json)
      assume(errors.length === 0, errors.join('; '))
      return `scan ${scanId} is cancelled, and ${commands} of its commands were called back`
    },
  },
]
