import type { S3Client } from '@aws-sdk/client-s3'

/** Writes an object under a key, once: where there is one already, that stays. So the key has to name the content, too. */
export type SealBucket = (key: string, body: Uint8Array) => Promise<void>

/**
 * The bucket for seals. A repeat must not put a second version in front of the first, which Object Lock would allow; and
 * with Object Lock S3 wants a checksum. https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html
 * S3's client is loaded when the first seal is written: most scanners have no bucket, and start without it.
 */
export const sealBucket = (bucket: string, given?: S3Client): SealBucket => {
  let client = given
  return async (key, body) => {
    const { ownClient, putNew } = await import('./put-object.ts')
    client ??= ownClient()
    try {
      await putNew(client, { bucket, key, body })
    } catch (error) {
      if (!isThere(error)) throw error
    }
  }
}

const isThere = (error: unknown): boolean => error instanceof Error && error.name === 'PreconditionFailed'
