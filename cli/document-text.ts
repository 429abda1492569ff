import { createTwoFilesPatch } from 'diff'
import * as z from 'zod'

const command = z.looseObject({
  mainSteps: z.tuple([z.looseObject({ inputs: z.looseObject({ runCommand: z.array(z.string()) }) })]),
})

/**
 * What changes from one Command document to another, as a unified diff: of the script line by line, and of all that stands
 * around it. Empty: they say the same, also where their JSON is written otherwise. Safe to print, and every character
 * that cannot be seen is shown by its number: a reviewer must not miss one.
 */
export const documentPatch = (
  before: { name: string; content: string },
  after: { name: string; content: string },
): string => {
  const [old, own] = [textOf(before.content), textOf(after.content)]
  if (old === own) return ''
  return createTwoFilesPatch(before.name, after.name, old, own).split('\n').map(visible).join('\n')
}

/** The document without its script, keys in order, and then the script; anything else is the text as it stands. */
const textOf = (content: string): string => {
  try {
    const parsed = command.parse(JSON.parse(content))
    const [step] = parsed.mainSteps
    const { runCommand, ...inputs } = step.inputs
    const around = { ...parsed, mainSteps: [{ ...step, inputs }] }
    return `${JSON.stringify(sorted(around), null, 2)}\n${runCommand.join('\n')}\n`
  } catch {
    return content
  }
}

const sorted = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(sorted)
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))
  return Object.fromEntries(entries.map(([key, each]) => [key, sorted(each)]))
}

const UNSEEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu

const visible = (line: string): string =>
  line
    .toWellFormed()
    .replace(UNSEEN, (mark) => (mark === '\t' ? mark : `\\u{${mark.codePointAt(0)?.toString(16)}}`))
