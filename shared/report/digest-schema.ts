import * as z from 'zod'
import { digestBodySchema } from './digest-body.ts'

/** The JSON Schema of the digest's body, version 2: docs/digest.schema.json. */
export const digestJsonSchema = (): object => ({
  ...z.toJSONSchema(digestBodySchema, { target: 'draft-7' }),
  title: 'fleet-scanner digest, version 2',
})
