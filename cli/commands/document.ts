import { collectorDocument } from '../../shared/aws/document.ts'
import { renderJson, renderJsonl } from '../../shared/report/json.ts'
import { plainText } from '../../shared/report/plain-text.ts'
import { deployedDocument, localDocument } from '../deployed-document.ts'
import { withDeployment } from '../deployment.ts'
import { documentPatch } from '../document-text.ts'
import { EXIT, type ExitCode } from '../exit-code.ts'
import { checkOutput, type Globals, printResults, say } from '../output.ts'
import { placeOf } from '../read-store.ts'

/** Prints the Command document that Systems Manager runs on the nodes, exactly as it is deployed: JSON. */
export const showDocument = async (globals: Globals): Promise<ExitCode> => {
  checkOutput(globals)
  await printResults(globals, `${collectorDocument().content}\n`)
  return EXIT.nothingFails
}

/** Prints the document's name, and the SHA-256 of the script in it. */
export const hashDocument = async (globals: Globals): Promise<ExitCode> => {
  checkOutput(globals)
  const { name, hash } = collectorDocument()
  const text = {
    table: () => `${hash}  ${name}\n`,
    json: () => renderJson({ name, collectorHash: hash }),
    jsonl: () => renderJsonl([{ name, collectorHash: hash }]),
  }[globals.format]()
  await printResults(globals, text)
  return EXIT.nothingFails
}

/**
 * Compares with what an account and region have: under the name of this version's document, or with `--stack` under the
 * name that the stack runs. Exit code 0: the same; 1: it differs; 3: it is not there.
 */
export const diffDocument = async (globals: Globals): Promise<ExitCode> => {
  checkOutput(globals)
  const own = collectorDocument()
  const { name, found } = await lookUp(own.name, globals)
  const { where, content } = found
  const patch =
    content === undefined
      ? undefined
      : documentPatch(
          { name: `deployed/${name}`, content },
          { name: `own/${own.name}`, content: own.content },
        )
  const status = patch === undefined ? 'missing' : patch === '' ? 'same' : 'differs'
  const result = { name, where, status, patch: patch ?? '' } as const
  const text = {
    table: () => result.patch,
    json: () => renderJson(result),
    jsonl: () => renderJsonl([result]),
  }[globals.format]()
  await printResults(globals, text)
  say(`${plainText(name)} ${IN_WORDS[status]} in ${plainText(where)}`)
  return EXIT_CODES[status]
}

const lookUp = async (ownName: string, globals: Globals) => {
  const place = globals.local || globals.stack !== undefined ? placeOf(globals) : 'account'
  if (place === 'local') return { name: ownName, found: await localDocument(ownName, globals) }
  const name =
    place === 'stack' ? await withDeployment(globals, async ({ outputs }) => outputs.DocumentName) : ownName
  return { name, found: await deployedDocument(name, globals) }
}

const EXIT_CODES = {
  same: EXIT.nothingFails,
  differs: EXIT.somethingFails,
  missing: EXIT.notAssessed,
} as const

const IN_WORDS = {
  same: "is the same as this version's",
  differs: "is another than this version's",
  missing: 'is not there; deploy the member document of this version',
} as const
