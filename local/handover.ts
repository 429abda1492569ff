import { link, mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as z from 'zod'

/** Who has a data folder open: `scan` for as long as a scan takes, `read` for moments. */
const holderSchema = z.object({
  pid: z.number().int().positive(),
  purpose: z.enum(['scan', 'read']),
  /** Where its DynamoDB answers; absent while it starts. */
  dynamodbUrl: z.url().optional(),
  /** Of a scan that runs: what its functions have in their environment, so that another process can have it stopped. */
  environment: z.record(z.string(), z.string()).optional(),
})
export type Holder = z.infer<typeof holderSchema>

/** A process that has claimed the folder and not published its URL after that long is taken for dead. */
const START_LIMIT_MS = 10_000

/** The hold on a data folder: dynalite allows one process a folder, so others find it by this file. */
export type Hold = {
  publish(found: Pick<Holder, 'dynamodbUrl' | 'environment'>): Promise<void>
  release(): Promise<void>
}

const fileIn = (dataDir: string): string => join(dataDir, 'endpoint.json')

/** Takes the folder, or says who has it. What a process left behind that is gone is cleared away. */
export const claim = async (dataDir: string, purpose: Holder['purpose']): Promise<Hold | Holder> => {
  await mkdir(dataDir, { recursive: true })
  const holder = await currentHolder(dataDir)
  if (holder !== undefined) return holder
  const own: Holder = { pid: process.pid, purpose }
  const file = fileIn(dataDir)
  const draft = `${file}.${process.pid}`
  await writeFile(draft, JSON.stringify(own))
  try {
    // Exclusive, and whole from the start: of two processes that begin at the same moment one loses.
    await link(draft, file)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    return claim(dataDir, purpose)
  } finally {
    await rm(draft, { force: true })
  }
  return {
    publish: async (found) => {
      await writeFile(draft, JSON.stringify({ ...own, ...found }))
      await rename(draft, file)
    },
    release: () => rm(file, { force: true }),
  }
}

/** The living process that has the folder, if any; a stale file is removed. */
export const currentHolder = async (dataDir: string): Promise<Holder | undefined> => {
  const file = fileIn(dataDir)
  try {
    const { mtimeMs } = await stat(file)
    const holder = holderSchema.parse(JSON.parse(await readFile(file, 'utf8')))
    if (await isAlive(holder, Date.now() - mtimeMs)) return holder
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    // Anything else that cannot be read is no hold.
  }
  await rm(file, { force: true })
  return undefined
}

/** A pid alone proves nothing, since pids come again (in a container at once): the endpoint has to answer. */
const isAlive = async (holder: Holder, age: number): Promise<boolean> => {
  if (!processExists(holder.pid)) return false
  if (holder.dynamodbUrl === undefined) return age < START_LIMIT_MS
  return fetch(holder.dynamodbUrl, { signal: AbortSignal.timeout(2000) }).then(
    (answer) => answer.ok,
    () => false,
  )
}

const processExists = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
