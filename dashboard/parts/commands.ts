import type { Node } from '../../shared/findings/records.ts'
import { nodeKey } from '../../shared/findings/records.ts'
import { visible } from '../html.ts'

/** One word of a shell command, whatever is in it; undefined where it holds what nobody can type. */
export const shellWord = (text: string): string | undefined => {
  if (/^[\w./:@=+-]+$/.test(text)) return text
  const isTypable = visible(text) === text && !/[\n\t]/.test(text)
  return isTypable ? `'${text.replaceAll("'", `'\\''`)}'` : undefined
}

/** A command of fleet-scanner about one instance and rule; undefined where the instance has a name that nobody can type. */
export const aboutCommand = (
  words: string,
  place: string,
  node: Node,
  ruleId: string | undefined,
): string | undefined => {
  const [instance, rule] = [shellWord(nodeKey(node)), ruleId === undefined ? '' : shellWord(ruleId)]
  if (instance === undefined || rule === undefined) return undefined
  return `fleet-scanner ${words} ${place} --instance ${instance}${rule === '' ? '' : ` --rule ${rule}`}`
}
