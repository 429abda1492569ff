import { expect, test } from 'vitest'
import { digestBodySchema } from '../../shared/report/digest-body.ts'
import { renderJson } from '../../shared/report/json.ts'
import { digestCases } from './cases.ts'

/** To accept a change of a text: `vitest run test/digest/golden.test.ts --update`, and read the difference. */
const golden = (name: string) => `../fixtures/digests/${name}`

test.each(Object.entries(digestCases()))(
  '%s reads as it is kept: mail, JSON, Amazon Q',
  async (name, message) => {
    const { subject, bodies, attributes, amazonQ } = message
    const headers = Object.entries(attributes).map(([key, value]) => `${key}: ${value}\n`)
    await expect(`Subject: ${subject}\n${headers.join('')}\n${bodies.email}`).toMatchFileSnapshot(
      golden(`${name}.txt`),
    )
    digestBodySchema.parse(JSON.parse(bodies.default))
    await expect(renderJson(JSON.parse(bodies.default))).toMatchFileSnapshot(golden(`${name}.json`))
    await expect(renderJson(JSON.parse(amazonQ))).toMatchFileSnapshot(golden(`${name}.amazon-q.json`))
  },
)
