import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ConfigError } from '../shared/config/config-error.ts'
import { type MemberTemplate, memberTemplates } from './member-templates.ts'
import { readConfig } from './read-config.ts'

const OUT = 'cdk.out/member'

/** What CloudFormation takes of a template that is not put into a bucket first: 51,200 bytes. */
export const MOST_BYTES = 51_200

/** The text of a template. Those of documents have no indents: two collectors and their quotes nearly fill them. */
export const templateText = ({ once, template }: Pick<MemberTemplate, 'once' | 'template'>): string => {
  const text = `${JSON.stringify(template, null, 1)}\n`
  return once === 'region' ? text.replace(/\n +/g, '\n') : text
}

/** `npm run synth:member`: writes the member side as plain CloudFormation, for StackSets or for hand. */
const main = (): void => {
  const templates = memberTemplates(readConfig(process.argv.slice(2), { example: false }))
  rmSync(OUT, { recursive: true, force: true })
  mkdirSync(OUT, { recursive: true })
  for (const made of templates) {
    const { name, once, serves, regions } = made
    const text = templateText(made)
    const file = join(OUT, `${name}.template.json`)
    if (Buffer.byteLength(text) > MOST_BYTES)
      throw new Error(`${file} has ${Buffer.byteLength(text)} bytes, and CloudFormation takes ${MOST_BYTES}`)
    writeFileSync(file, text)
    const where = once === 'account' ? 'one region of each' : `in ${regions.join(', ')}`
    console.log(`${file} (${Buffer.byteLength(text)} bytes)\n  for ${serves.join(', ')}: ${where}`)
  }
}

if (import.meta.main)
  try {
    main()
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    console.error(error.message)
    process.exitCode = 2
  }
