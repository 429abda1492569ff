import { existsSync } from 'node:fs'
import { userInfo } from 'node:os'
import { relative } from 'node:path'
import { GetCallerIdentityCommand } from '@aws-sdk/client-sts'
import { openBrowser } from '../../dashboard/open-browser.ts'
import type { AsCaller, Place } from '../../dashboard/page.ts'
import { startDashboard } from '../../dashboard/server.ts'
import { type Use, watchedStore } from '../../dashboard/watched-store.ts'
import { DataInUseError } from '../../local/database.ts'
import { createApi } from '../../shared/api/create-api.ts'
import { localPlace } from '../../shared/report/digest-command.ts'
import { renderJson } from '../../shared/report/json.ts'
import { plainText } from '../../shared/report/plain-text.ts'
import { loadRules } from '../../shared/rules/load.ts'
import { asUserErrors } from '../aws-errors.ts'
import { EXIT, type ExitCode, UsageError } from '../exit-code.ts'
import { type Globals, printResults, say } from '../output.ts'
import { placeOf } from '../read-store.ts'

export type DashboardOptions = { port?: string; open: boolean }

/** Serves the dashboard on this machine until it is interrupted. */
export const dashboard = async ({ port, open }: DashboardOptions, globals: Globals): Promise<ExitCode> => {
  const wanted = portOf(port)
  if (globals.output !== undefined)
    throw new UsageError(
      'dashboard prints its address alone, which lets in whoever has it: leave out --output',
    )
  return placeOf(globals) === 'local'
    ? onLocal(globals, (table) => serveUntilEnd(table, { wanted, open }, globals))
    : onStack(globals, (table) => serveUntilEnd(table, { wanted, open }, globals))
}

/** Where the dashboard reads, and in whose name it grants waivers. */
type Table = { use: Use; place: Place; who: () => Promise<string> }
type Work = (table: Table) => Promise<ExitCode>

const onLocal = async (globals: Globals, work: Work): Promise<ExitCode> => {
  if (!existsSync(globals.data))
    throw new UsageError(`there is no data in ${globals.data} yet; run fleet-scanner scan --local first`)
  const { localTable } = await import('../../dashboard/local-table.ts')
  const { use, stop } = localTable(globals.data)
  const place = {
    words: `embedded account, ${relative('.', globals.data) || '.'}`,
    options: localPlace(globals.data),
  }
  try {
    return await work({ use, place, who: async () => `local:${userInfo().username}` })
  } finally {
    await stop()
  }
}

const onStack = async (globals: Globals, work: Work): Promise<ExitCode> => {
  const { withDeployment } = await import('../deployment.ts')
  return withDeployment(globals, ({ stack, region, store, clients }) => {
    const { profile } = globals
    const options = [
      `--stack ${stack}`,
      ...(profile === undefined ? [] : [`--profile ${profile}`]),
      ...(globals.region === undefined ? [] : [`--region ${globals.region}`]),
    ].join(' ')
    const who = () =>
      asUserErrors(globals, async () => {
        const { Arn } = await clients.sts.send(new GetCallerIdentityCommand({}))
        if (Arn === undefined) throw new Error('STS did not say who calls')
        return Arn
      })
    const use: Use = (read) => asUserErrors(globals, () => read(store))
    return work({ use, place: { words: `stack ${stack}, ${region}`, options }, who })
  })
}

const serveUntilEnd = async (
  { use, place, who }: Table,
  { wanted, open }: { wanted: number; open: boolean },
  globals: Globals,
): Promise<ExitCode> => {
  const { store, trouble } = watchedStore(use, wordsOf)
  const now = () => new Date().toISOString()
  const rules = loadRules()
  // Before anybody is told of an address: can the table be read at all?
  await store.settings()
  const asCaller: AsCaller = async (work) => work(store, await who())
  const api = createApi({ store, now, rules, onError: sayFault })
  const running = await startDashboard(
    { api, asCaller, trouble, wordsOf, rules, place, now, onFault: sayFault },
    wanted,
  ).catch(portTaken(wanted))
  await printResults(
    globals,
    globals.format === 'table' ? `${running.url}\n` : renderJson({ url: running.url }),
  )
  say('the dashboard runs on this machine alone; whoever has the address is let in. Ctrl-C ends it')
  const closeFile = open && process.stdout.isTTY ? openBrowser(running.url) : () => {}
  await interrupted()
  closeFile()
  await running.stop()
  return EXIT.nothingFails
}

const wordsOf = (error: unknown): string | undefined =>
  error instanceof UsageError || error instanceof DataInUseError ? error.message : undefined

/** What the user can mend stands in the page; the rest is ours, and may quote what a node has printed. */
const sayFault = (error: unknown): void => {
  if (wordsOf(error) !== undefined) return
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error)
  say(
    `fleet-scanner: a fault of the dashboard: ${text
      .split('\n')
      .map((line) => plainText(line))
      .join('\n  ')}`,
  )
}

const interrupted = (): Promise<void> =>
  new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => resolve())
  })

const portOf = (text: string | undefined): number => {
  const port = Number(text ?? 0)
  if (Number.isInteger(port) && port >= 0 && port <= 65_535) return port
  throw new UsageError(`--port takes a number from 0 (a free one) to 65535, not "${text}"`)
}

const portTaken =
  (port: number) =>
  (error: NodeJS.ErrnoException): never => {
    if (error.code === 'EADDRINUSE' || error.code === 'EACCES')
      throw new UsageError(
        `--port ${port} cannot be had (${error.code === 'EACCES' ? 'it needs more rights' : 'another program has it'}); choose another, or leave it out`,
      )
    throw error
  }
