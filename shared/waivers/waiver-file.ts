import * as z from 'zod'
import { checkedYaml } from '../config/checked-yaml.ts'
import type { ConfigError } from '../config/config-error.ts'
import { subjectOf, type WaiverRequest } from './waiver.ts'
import { requestOf, WaiverEntryError, waiverEntrySchema } from './waiver-entry.ts'

const fileSchema = z.strictObject({ waivers: z.array(waiverEntrySchema) })

/** What a `waivers.yaml` asks for. */
export type WaiverFile = {
  requests: WaiverRequest[]
  /** An error about a field of a request, with its line in the file. */
  problemAt(request: Pick<WaiverRequest, 'rule' | 'scope'>, field: string, text: string): ConfigError
}

/**
 * Reads the text of a file of waivers; `file` only stands in messages, `rules` are the ids of those there are. An empty
 * list takes every waiver back. Throws ConfigError for the first thing that is wrong, with its line.
 */
export const readWaiverFile = (text: string, file: string, rules: string[]): WaiverFile => {
  const { data, problemAt } = checkedYaml(
    text,
    file,
    fileSchema,
    'begin with `waivers:`; an empty list is `waivers: []`',
  )
  const places = new Map<string, number>()
  const requests = data.waivers.map((entry, i) => {
    const request = readEntry(entry, rules, (field, problem) =>
      problemAt(['waivers', i, ...(field === undefined ? [] : [field])], problem),
    )
    const about = subjectOf(request)
    if (places.has(about))
      throw problemAt(['waivers', i], 'rule and scope stand here a second time; keep one of the two')
    places.set(about, i)
    return request
  })
  return {
    requests,
    problemAt: (request, field, problem) =>
      problemAt(['waivers', places.get(subjectOf(request)) ?? 0, field], problem),
  }
}

const readEntry = (
  entry: z.output<typeof waiverEntrySchema>,
  rules: string[],
  problem: (field: string | undefined, text: string) => ConfigError,
): WaiverRequest => {
  try {
    return requestOf(entry, rules)
  } catch (error) {
    if (error instanceof WaiverEntryError) throw problem(error.field, error.message)
    throw error
  }
}
