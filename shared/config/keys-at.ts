import type { z } from 'zod'

/** The keys that a schema allows at a path of what it describes; none where that is no set of named keys. */
export const keysAt = (schema: z.core.$ZodType, path: readonly PropertyKey[]): string[] => {
  const found = path.reduce<z.core.$ZodType | undefined>((at, part) => at && inside(at, part), schema)
  const def = found && defOf(found)
  return def?.type === 'object' ? Object.keys(def.shape) : []
}

const inside = (schema: z.core.$ZodType, part: PropertyKey): z.core.$ZodType | undefined => {
  const def = defOf(schema)
  if (def.type === 'object') return def.shape[String(part)]
  if (def.type === 'array') return def.element
  return def.type === 'record' ? def.valueType : undefined
}

/** What a schema is behind its defaults and the like, on the side of what comes in. */
const defOf = (schema: z.core.$ZodType): z.core.$ZodTypes['_zod']['def'] => {
  const { def } = (schema as z.core.$ZodTypes)._zod
  if (def.type === 'pipe') return defOf(def.in)
  return 'innerType' in def ? defOf(def.innerType) : def
}
