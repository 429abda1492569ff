import * as z from 'zod'
import { scannerConfigSchema } from './scanner-config.ts'

/**
 * The JSON Schema (draft 7, which every editor knows) of `fleet-scanner.yaml`. Editors read numbers and booleans as such,
 * where the program reads text: both are accepted. What goes across keys is left to the program.
 */
export const configJsonSchema = (): object => ({
  ...z.toJSONSchema(scannerConfigSchema, {
    target: 'draft-7',
    io: 'input',
    override: ({ zodSchema, jsonSchema, path }) => {
      const { def } = zodSchema._zod
      // A default is what comes out of a transform, so it is not always put in.
      if (def.type === 'default') Object.assign(jsonSchema, { default: def.defaultValue })
      const isFreeText =
        jsonSchema.type === 'string' &&
        path.at(-1) !== 'propertyNames' &&
        jsonSchema.pattern === undefined &&
        jsonSchema.format === undefined &&
        jsonSchema.enum === undefined
      // The type knows one of them, JSON Schema several.
      if (isFreeText) Object.assign(jsonSchema, { type: ['string', 'number', 'boolean'] })
    },
  }),
  title: 'fleet-scanner.yaml',
})
