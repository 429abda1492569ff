/** The lines of a text that are not empty, one by one: a list of them all could take many times the text's memory. */
export function* linesOf(text: string): Generator<string> {
  for (const [line] of text.matchAll(/[^\n]+/g)) {
    const end = line.endsWith('\r') ? line.slice(0, -1) : line
    if (end !== '') yield end
  }
}
