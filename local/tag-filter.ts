/** Whether a value is among the wanted ones; as in AWS, `*` and `?` are wildcards unless a backslash stands before. */
export const matchesAny = (value: string, wanted: string[]): boolean =>
  wanted.some((pattern) => wildcard(pattern).test(value))

const wildcard = (pattern: string): RegExp =>
  new RegExp(`^${pattern.replace(/\\?[\s\S]/g, (part) => WILDCARDS[part] ?? literal(part.slice(-1)))}$`, 's')

const literal = (character: string): string => character.replace(/[\\^$.*+?()[\]{}|]/, '\\$&')

const WILDCARDS: Record<string, string> = { '*': '.*', '?': '.' }

/** Whether tags satisfy `tag:NAME` with one of the values; an instance without the tag never does. */
export const hasTag = (tags: Record<string, string>, filterName: string, wanted: string[]): boolean => {
  const value = tags[filterName.slice('tag:'.length)]
  return value !== undefined && matchesAny(value, wanted)
}
