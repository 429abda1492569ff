/** Characters that act on a terminal, on a line, or on how text is read. A line end and a tab in a text of lines do not. */
const ACTIVE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u
const LONE_SURROGATE = /\p{Cs}/u

/** What is wrong with texts that are shown, printed, mailed or posted, each named by where it stands. */
export const problemsOf = (texts: Record<string, string>): string[] =>
  Object.entries(texts).flatMap(([where, text]) => {
    const isJson = where.includes('JSON')
    const problems: string[] = []
    const active = ACTIVE.exec(text.replace(/\n/g, ''))?.[0]
    if (active !== undefined) problems.push(`${where} holds U+${active.codePointAt(0)?.toString(16)}`)
    if (LONE_SURROGATE.test(text)) problems.push(`${where} holds half a character`)
    if (isJson && text.includes('<')) problems.push(`${where} holds a raw <`)
    return problems
  })
