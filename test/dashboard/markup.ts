/** The tags of a page with the names of their attributes, each once: `a href`, `/a`. Data is in no such name, however hostile. */
export const tagsOf = (html: string): Set<string> =>
  new Set(
    [...html.matchAll(/<([^>]*)>/g)].map(([, inside = '']) => {
      // An attribute is a name with a value in double quotes, or a name alone.
      const [, tag = '', rest = ''] = /^(\/?[a-zA-Z0-9!]+)(.*)$/s.exec(inside) ?? [undefined, inside]
      const names = [...rest.matchAll(/([^\s="]+)(?:="[^"]*")?/g)].map(([, name]) => name)
      return [tag, ...names].join(' ')
    }),
  )

/** What a reader reads: the text without tags, with one blank between words. */
export const textOf = (html: unknown): string =>
  String(html)
    .replace(/<[^>]*>/g, ' ')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&amp;', '&')
    .replace(/\s+/g, ' ')
    .replace(/ ([.,:;)])/g, '$1')
    .replaceAll('( ', '(')
    .trim()

/** The addresses of links whose text has these words. */
export const linksTo = (html: unknown, words: string): string[] =>
  [...String(html).matchAll(/<a [^>]*href="([^"]*)"[^>]*>(.*?)<\/a>/gs)]
    .filter(([, , text]) => textOf(text).includes(words))
    .map(([, href = '']) => href.replaceAll('&amp;', '&'))
