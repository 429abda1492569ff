import { randomUUID } from 'node:crypto'
import { createWriteStream, renameSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { createGzip } from 'node:zlib'
import packageJson from '../../package.json' with { type: 'json' }
import { jsonLine } from '../../shared/report/json.ts'
import { plainText } from '../../shared/report/plain-text.ts'
import type { BundleHeader, BundleLine } from '../../shared/seal/bundle.ts'
import { exportBundle } from '../../shared/seal/export-bundle.ts'
import { EXIT, type ExitCode, UsageError } from '../exit-code.ts'
import { filterOf, momentOf, sinceOf } from '../filters.ts'
import { checkOutput, type Globals, say } from '../output.ts'
import { readStore } from '../read-store.ts'

export type ExportOptions = { from?: string; to?: string; instance?: string }

/** Writes what verifying without the table needs into one file, whole or not at all, and says what to keep as anchor. */
export const exportEvidence = async (options: ExportOptions, globals: Globals): Promise<ExitCode> => {
  const { output } = globals
  if (output === undefined)
    throw new UsageError(
      'say where to with --output FILE; a bundle is a compressed file, such as evidence.jsonl.gz',
    )
  checkOutput(globals)
  const now = new Date()
  const { instance: instances } = filterOf(
    options.instance === undefined ? {} : { instance: options.instance },
    now,
  )
  const wanted = {
    ...(options.from !== undefined && { from: sinceOf(options.from, now, '--from') }),
    ...(options.to !== undefined && { to: momentOf(options.to, now, '--to') }),
    ...(instances && { instances }),
  }
  const versions = { now: now.toISOString(), version: packageJson.version }
  const header = await readStore(globals, async (store) => {
    const bundle = await exportBundle(store, wanted, versions)
    if (bundle === undefined)
      throw new UsageError(
        'no sealed scan was opened between --from and --to; fleet-scanner scans lists them',
      )
    await writeBundle(output, bundle)
    return bundle.header
  })
  say(wordsOf(header, output))
  return EXIT.nothingFails
}

const wordsOf = ({ head }: BundleHeader, output: string): string =>
  head === null
    ? `wrote ${plainText(output)}; no scan is sealed yet, so nothing vouches for it`
    : [
        `wrote ${plainText(output)}; the newest seal is ${head.number}, of scan ${plainText(head.scanId)}`,
        'give the auditor this hash by another way than the bundle:',
        `  fleet-scanner evidence verify ${plainText(output)} --anchor ${head.hash}`,
      ].join('\n')

const writeBundle = async (
  output: string,
  { header, lines }: { header: BundleHeader; lines: AsyncGenerator<BundleLine> },
): Promise<void> => {
  const temporary = join(dirname(output), `.fleet-scanner-${randomUUID()}.tmp`)
  try {
    await pipeline(texts(header, lines), createGzip(), createWriteStream(temporary))
    renameSync(temporary, output)
  } finally {
    rmSync(temporary, { force: true })
  }
}

async function* texts(header: BundleHeader, lines: AsyncGenerator<BundleLine>): AsyncGenerator<string> {
  yield `${jsonLine(header)}\n`
  for await (const line of lines) yield `${jsonLine(line)}\n`
}
