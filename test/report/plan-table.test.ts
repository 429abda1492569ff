import { expect, test } from 'vitest'
import { unpainted } from '../../shared/report/grid.ts'
import { renderPlan } from '../../shared/report/plan-table.ts'

const document = { name: 'Doc', collectorHash: 'c0ffee' }
const here = { account: '111122223333', region: 'eu-west-1' }
const toScan = [{ instanceId: 'i-1' }, { instanceId: 'i-2' }]

test('a target with the document shows who gets it', () => {
  const text = renderPlan({ document, targets: [{ ...here, toScan, skipped: [], canary: 'i-2' }] }, unpainted)
  expect(text).toMatch(/gets it +i-1/)
  expect(text).toMatch(/gets it +i-2 +first, as canary/)
  expect(text).toContain('2 instances of 1 target would get it')
})

test('without the document nobody gets it, and the mend is told', () => {
  const documentProblem = 'the document Doc is missing: deploy it'
  const text = renderPlan(
    {
      document,
      targets: [
        { ...here, toScan, skipped: [], documentProblem },
        { ...here, region: 'eu-north-1', toScan: [], skipped: [], documentProblem },
      ],
    },
    unpainted,
  )
  expect(text).toContain(`111122223333/eu-west-1: ${documentProblem}`)
  expect(text).toContain(`111122223333/eu-north-1: ${documentProblem}\n111122223333/eu-north-1: no instance`)
  expect(text).toMatch(/withheld +i-1/)
  expect(text).toContain('0 instances of 2 targets would get it')
})
