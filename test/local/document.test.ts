import { expect, test } from 'vitest'
import { fleetAgent } from '../../local/agent.ts'
import { documentRegister } from '../../local/ssm-documents.ts'
import { collectorDocument } from '../../shared/aws/document.ts'
import { collectorHash } from '../../shared/evidence/collector.ts'
import { decodeCollectorOutput } from '../../shared/evidence/envelope.ts'
import { fleetOf } from './fleet-of.ts'

test('the document is named after the collector in it, and takes no parameters', () => {
  const { name, content, hash } = collectorDocument()
  expect(hash).toBe(collectorHash())
  expect(name).toBe(`FleetScanner-Collect-${hash.slice(0, 12)}`)
  expect(name).toMatch(/^[a-zA-Z0-9_\-.]{3,128}$/)
  expect(JSON.parse(content)).not.toHaveProperty('parameters')
})

test.runIf(process.platform === 'linux')(
  'run on this machine, the document prints evidence and says nothing on stderr',
  async () => {
    const document = collectorDocument()
    const { job } = documentRegister([document])(document.name)
    const [instance] = fleetOf([{ source: { kind: 'this-machine' } }]).instances
    if (instance === undefined) throw new Error('the fleet is empty')
    const report = await fleetAgent()(instance, job, new AbortController().signal)
    expect(report).toMatchObject({ exitCode: 0, stderr: '', timedOut: false })
    expect(decodeCollectorOutput(report.stdout).view).toMatch(/full|partial/)
  },
)
