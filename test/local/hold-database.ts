import { connectOrStart, openDatabase } from '../../local/database.ts'

/** Holds a data folder until its input ends: another process, for the tests of who may have it. */
const [dataDir = '', purpose] = process.argv.slice(2)
const database = purpose === 'scan' ? await openDatabase(dataDir) : await connectOrStart(dataDir)
process.stdout.write(`${database.url}\n`)
process.stdin.on('end', async () => {
  await database.stop()
  process.exit(0)
})
process.stdin.resume()
