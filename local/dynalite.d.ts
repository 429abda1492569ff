declare module 'dynalite' {
  import type { Server } from 'node:http'

  /** Options of the DynamoDB stand-in; without `path` (a folder) it keeps its tables in memory. Times in milliseconds. */
  export type DynaliteOptions = {
    path?: string
    createTableMs?: number
    deleteTableMs?: number
    updateTableMs?: number
    maxItemSizeKb?: number
    verbose?: boolean
    debug?: boolean
  }

  /** An HTTP server that speaks DynamoDB's protocol; not yet listening. */
  export default function dynalite(options?: DynaliteOptions): Server
}
