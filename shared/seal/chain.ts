import type { StoredSeal } from '../store/seals.ts'
import { sha256 } from './canonical.ts'
import { type Manifest, manifestSchema, unpack } from './manifest.ts'
import type { SealProblem } from './problems.ts'
import type { SealReader } from './reader.ts'

/** A seal whose manifest could be read. `hash` is that of the manifest as it is. */
export type Link = { number: number; hash: string; manifest: Manifest }

/**
 * Reads the chain from its newest seal to its first, and holds each against the one after it: a number that is missing, a
 * manifest that is not what its hash says, or a hash that the next one does not name is a problem of that seal.
 */
export const readChain = async (
  reader: Pick<SealReader, 'seals'>,
  problems: SealProblem[],
): Promise<Link[]> => {
  const links: Link[] = []
  let after: { number: number; previous: string | null | undefined } | undefined
  for await (const seal of reader.seals()) {
    if (after && seal.number >= after.number) {
      problems.push(problem(seal.number, 'stands twice, or out of order: it was added'))
      continue
    }
    if (after) missing(seal.number + 1, after.number - 1, problems)
    const manifest = manifestOf(seal, problems)
    const hash = manifest ? sha256(textOf(seal.manifest)) : seal.hash
    const isNext = after?.number === seal.number + 1
    if (isNext && after?.previous !== undefined && after?.previous !== hash)
      problems.push(problem(seal.number, `was rewritten: seal ${seal.number + 1} names another hash`))
    if (manifest) links.push({ number: seal.number, hash, manifest })
    after = { number: seal.number, previous: manifest?.previous }
  }
  if (after) missing(1, after.number - 1, problems)
  if (after?.number === 1 && typeof after.previous === 'string')
    problems.push(problem(1, 'was rewritten: the first seal has none before it'))
  return links
}

const manifestOf = (seal: StoredSeal, problems: SealProblem[]): Manifest | undefined => {
  const { number, scanId, openedAt, sealedAt } = seal
  try {
    const text = textOf(seal.manifest)
    const manifest = manifestSchema.parse(JSON.parse(text))
    const { scan } = manifest
    const agrees =
      manifest.number === number &&
      sha256(text) === seal.hash &&
      scan.scanId === scanId &&
      scan.openedAt === openedAt &&
      manifest.sealedAt === sealedAt
    if (!agrees) problems.push(problem(number, 'was changed: its manifest is not what stands beside it'))
    return manifest
  } catch {
    problems.push(problem(number, 'was changed: its manifest cannot be read'))
    return undefined
  }
}

const textOf = (gzip: Uint8Array): string => unpack(gzip)

/** Many that follow each other are one problem to read. */
const missing = (from: number, to: number, problems: SealProblem[]): void => {
  if (from > to) return
  const item = from === to ? `seal ${from}` : `seals ${from} to ${to}`
  problems.push({ kind: 'seal', item, problem: from === to ? 'is missing' : 'are missing', seal: from })
}

const problem = (seal: number, text: string): SealProblem => ({
  kind: 'seal',
  item: `seal ${seal}`,
  problem: text,
  seal,
})
