import { XMLParser } from 'fast-xml-parser'

type Parsed = { [name: string]: unknown }

/** An element of a page, and the names of its attributes with their values. */
export type Element = { name: string; attributes: Record<string, string> }

const VOID = ['meta', 'br']

/** Every element of a page that is well-formed but for void elements, in order, as a parser that is not ours finds them. */
export const elementsOf = (page: string): Element[] => {
  const parser = new XMLParser({
    ...{ preserveOrder: true, ignoreAttributes: false, attributeNamePrefix: '', htmlEntities: true },
    ...{ unpairedTags: VOID, allowBooleanAttributes: true, parseTagValue: false, trimValues: false },
    processEntities: { enabled: true, maxTotalExpansions: 1_000_000, maxExpandedLength: 10_000_000 },
  })
  const found: Element[] = []
  const walk = (nodes: unknown): void => {
    for (const node of nodes as Parsed[])
      for (const [name, inside] of Object.entries(node)) {
        if (name === ':@' || name === '#text') continue
        found.push({ name, attributes: (node[':@'] ?? {}) as Record<string, string> })
        if (Array.isArray(inside)) walk(inside)
      }
  }
  walk(parser.parse(page.replace('<!doctype html>', '')))
  return found
}

/** The text of a page between its tags, with the references that this page uses resolved. */
export const textOf = (markup: string): string =>
  markup
    .replace(/<style>.*?<\/style>|<[^>]*>/gs, '')
    .replace(
      /&(lt|gt|quot|#39|amp);/g,
      (_, name) => ({ lt: '<', gt: '>', quot: '"', '#39': "'", amp: '&' })[name as string] ?? '',
    )
