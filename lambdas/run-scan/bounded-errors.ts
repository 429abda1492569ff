/** Errors that are kept in words: some hundred characters each, and they go into one item and one checkpoint. */
const IN_WORDS = 100

/** Targets beyond those that are kept by name; all of it stays below 256 KB. */
const BY_NAME = 1_500

/**
 * The errors of a scan, bounded whatever fails: the first ones in words, and after them each further target once, by its
 * name. Every target keeps a line that begins with `account/region: `, since digests tell by these which targets were
 * lost or came back.
 */
export const boundedErrors = (errors: string[]): string[] => {
  if (errors.length <= IN_WORDS) return errors
  const kept = errors.slice(0, IN_WORDS)
  const said = new Set(kept.map(nameIn))
  const further = [...new Set(errors.slice(IN_WORDS).map(nameIn))].filter((name) => !said.has(name))
  const left = further.length - BY_NAME
  return [
    ...kept,
    ...further.slice(0, BY_NAME).map((name) => `${name}: not fully scanned; the log says why`),
    ...(left > 0 ? [`further targets: ${left} more were not fully scanned; the log names them`] : []),
  ]
}

const nameIn = (error: string): string => error.split(': ')[0] ?? error
