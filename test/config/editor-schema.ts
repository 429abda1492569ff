import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Ajv } from 'ajv'
import addFormats from 'ajv-formats'
import { parse } from 'yaml'

const SCHEMA = join(import.meta.dirname, '../../docs/fleet-scanner.schema.json')

/** What an editor that has the published schema would mark in a text; empty: nothing. Editors read types. */
export const editorProblems = async (text: string): Promise<string[]> => {
  const ajv = new Ajv({ allErrors: true, allowUnionTypes: true, strict: true, strictRequired: false })
  // The one export of a CommonJS module.
  ;(addFormats as unknown as typeof addFormats.default)(ajv)
  const validate = ajv.compile(JSON.parse(await readFile(SCHEMA, 'utf8')))
  validate(parse(text))
  return (validate.errors ?? []).map(({ instancePath, message = '' }) => `${instancePath} ${message}`)
}
