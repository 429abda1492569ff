import {
  GetObjectLockConfigurationCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  S3Client,
} from '@aws-sdk/client-s3'
import { assume, NotSeenError, type Step, type World } from './step.ts'

/** An output of the stack that is there where its part is configured. */
const output = ({ deployment }: World, name: 'ApiUrl' | 'EvidenceBucketName', what: string): string => {
  const value = deployment.outputs[name]
  if (value === undefined) throw new NotSeenError(`there is no ${what}: it is not configured`)
  return value
}

const statusOf = async (url: string, method: string): Promise<number> => {
  const answer = await fetch(url, { method, signal: AbortSignal.timeout(30_000) })
  await answer.body?.cancel()
  return answer.status
}

/** Steps about parts that are there only where they are configured. They change nothing, and come after a scan. */
export const askedFor: Step[] = [
  {
    name: 'api',
    title: 'the API refuses a request that nobody has signed, and has no other route',
    run: async (world) => {
      const url = output(world, 'ApiUrl', 'API')
      const unsigned = await statusOf(`${url}/v1/rules`, 'GET')
      assume(unsigned === 403, `an unsigned question is answered with ${unsigned}, not refused with 403`)
      for (const [method, path] of [
        ['POST', '/v1/rules'],
        ['GET', '/'],
      ] as const) {
        const status = await statusOf(`${url}${path}`, method)
        assume(status === 403 || status === 404, `${method} ${path} is answered with ${status}`)
      }
      return `${url} refuses it`
    },
  },
  {
    name: 'bucket',
    title: 'the seal of the last scan is in the bucket, and locked',
    run: async (world) => {
      const Bucket = output(world, 'EvidenceBucketName', 'bucket for seals')
      const { clients, region } = world.deployment
      const s3 = new S3Client({ region, credentials: clients.lambda.config.credentials })
      try {
        const { ObjectLockConfiguration } = await s3.send(new GetObjectLockConfigurationCommand({ Bucket }))
        const { Mode, Days } = ObjectLockConfiguration?.Rule?.DefaultRetention ?? {}
        assume(Mode !== undefined && Days !== undefined, 'the bucket locks nothing by itself')
        const scanId = world.scans[0]
        if (scanId === undefined) throw new NotSeenError('no scan has run in this trial')
        const [Key, ...others] = await sealsOf(s3, Bucket, scanId)
        assume(Key !== undefined, `no object under seals/ is of scan ${scanId}`)
        assume(
          others.length === 0,
          `of scan ${scanId} there are ${[Key, ...others].join(', ')}: one is not its seal`,
        )
        const head = await s3.send(new HeadObjectCommand({ Bucket, Key }))
        const until = head.ObjectLockRetainUntilDate
        assume(head.ObjectLockMode === Mode && until !== undefined, `${Key} is not locked`)
        return `${Key}, ${Mode.toLowerCase()} until ${until.toISOString().slice(0, 10)}`
      } finally {
        s3.destroy()
      }
    },
  },
]

/** Seals are named by their number, then their scan, then their hash. */
const sealsOf = async (s3: S3Client, Bucket: string, scanId: string): Promise<string[]> => {
  const found: string[] = []
  let ContinuationToken: string | undefined
  do {
    const page = await s3.send(
      new ListObjectsV2Command({ Bucket, Prefix: 'seals/', ...(ContinuationToken && { ContinuationToken }) }),
    )
    found.push(...(page.Contents ?? []).flatMap(({ Key = '' }) => (Key.includes(`-${scanId}-`) ? [Key] : [])))
    ContinuationToken = page.NextContinuationToken
  } while (ContinuationToken !== undefined)
  return found
}
