import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { compressed } from '../../lambdas/run-scan/steps.ts'
import type { Survey } from '../../shared/aws/survey.ts'

const CONTEXT = { entityId: '1', durableExecutionArn: 'arn' }
const KEPT = 256 * 1024

/** Ids of EC2 are random, and do not compress. */
const surveyOf = (count: number): Survey => ({
  skipped: [],
  toScan: Array.from({ length: count }, (_, i) => ({
    instanceId: `i-0${createHash('sha256').update(String(i)).digest('hex').slice(0, 16)}`,
    cluster: `cluster-${i % 200}`,
    tags: { Name: `master-${i}`, 'k8s.io/role/control-plane': '1' },
    agent: { pingStatus: 'Online', platform: 'Linux', agentVersion: `3.3.${(i % 7) * 100}.0` },
  })),
})

test('ten thousand instances with their agents fit into one checkpoint, and come out as they went in', async () => {
  const survey = surveyOf(10_000)
  const serdes = compressed<Survey>()
  const text = await serdes.serialize(survey, CONTEXT)
  expect(text?.length).toBeLessThan(KEPT * 0.8)
  expect(await serdes.deserialize(text, CONTEXT)).toEqual(survey)
})

test('more than a checkpoint holds is an error that says what to do', async () => {
  await expect(compressed<Survey>().serialize(surveyOf(20_000), CONTEXT)).rejects.toThrow(
    'narrow its selectors',
  )
})
